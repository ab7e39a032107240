#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "hourglass/eval/analysis/analysis.h"
#include "hourglass/report/plot/chart.h"
#include "hourglass/report/plot/image_grid.h"

namespace hourglass {

struct Figure;

/// The name of a figure: its file name without extension, and its HTML id: "contraction-curve". Whatever it is made of,
/// it has only ASCII letters, digits, "-", "_" and ".", does not begin with ".", and has at most 100 characters.
class FigureName {
 public:
  FigureName(const char* text) : FigureName(std::string(text)) {}
  FigureName(const std::string& text);

  const std::string& text() const { return text_; }
  /// This name if none of `taken` is the same, else with a number behind it.
  FigureName unlike(std::span<const Figure> taken) const;

  bool operator==(const FigureName&) const = default;

 private:
  std::string text_;
};

/// A chart or a grid of images, with title, caption and encoded files.
struct Figure {
  std::string section;  ///< id of its section of the page
  FigureName name;
  std::string title, caption;
  std::string svg = {};  ///< empty for a grid of images
  std::string png = {};
};

/// Figures of a page.
struct Figures {
  std::vector<Figure> drawn;
  std::vector<Omission> omissions;  ///< figures that could not be drawn
};

/// Draws charts, as render_charts does.
using ChartRenderer = std::function<std::vector<Chart::Files>(std::span<const Chart> charts)>;

/// Collects figures and gives each a name of its own. A figure that fails becomes an omission with the reason.
class FigureBuilder {
 public:
  explicit FigureBuilder(ChartRenderer render = render_charts) : render_(std::move(render)) {}

  /// Adds a figure. `about` has everything except svg and png.
  void chart(Figure about, Chart chart);
  void image(Figure about, const std::function<Image()>& image);
  void omit(std::string part, std::string reason) {
    figures_.omissions.push_back({std::move(part), std::move(reason)});
  }

  /// Draws the charts, all at once, or one at a time where one of them cannot be drawn.
  Figures take() &&;

 private:
  ChartRenderer render_;
  Figures figures_;
  std::vector<Chart> charts_;
  std::vector<size_t> places_;  ///< of the charts in figures_.drawn
};

}  // namespace hourglass

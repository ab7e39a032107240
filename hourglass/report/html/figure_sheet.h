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

/// Renders the chart of the figure with this name.
using ChartRenderer = std::function<Chart::Files(const FigureName& name, const Chart& chart)>;

inline Chart::Files render_chart(const FigureName&, const Chart& chart) { return chart.render(); }

/// Collects figures and gives each a name of its own. A figure that fails becomes an omission with the reason.
class FigureBuilder {
 public:
  explicit FigureBuilder(ChartRenderer render = render_chart) : render_(std::move(render)) {}

  /// Draws a figure. `about` has everything except svg and png, which these functions assign.
  void chart(Figure about, const Chart& chart);
  void image(Figure about, const std::function<Image()>& image);
  void omit(std::string part, std::string reason) {
    figures_.omissions.push_back({std::move(part), std::move(reason)});
  }

  Figures take() && { return std::move(figures_); }

 private:
  void attempt(Figure about, const std::function<void(Figure&)>& draw);

  ChartRenderer render_;
  Figures figures_;
};

}  // namespace hourglass

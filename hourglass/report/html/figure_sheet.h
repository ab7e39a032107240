#pragma once

#include <functional>
#include <string>
#include <vector>

#include "hourglass/eval/analysis/analysis.h"
#include "hourglass/report/plot/chart.h"
#include "hourglass/report/plot/image_grid.h"

namespace hourglass {

/// A chart or a grid of images, with title, caption and encoded files.
struct Figure {
  std::string section;  ///< id of its section of the page
  std::string name;     ///< file name without extension, and HTML id: "contraction-curve"
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
using ChartRenderer = std::function<Chart::Files(const std::string& name, const Chart& chart)>;

inline Chart::Files render_chart(const std::string&, const Chart& chart) { return chart.render(); }

/// Collects figures. A figure that fails becomes an omission with the reason.
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

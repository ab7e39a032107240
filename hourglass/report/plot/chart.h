#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace hourglass {

/// File format of a plot.
enum class PlotFormat { png, svg };

/// Position of a panel's axes, in fractions of the image.
struct Frame {
  double left, right, bottom, top;
};

/// The y value of a gap in a series.
inline constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

/// One data series.
struct Series {
  enum class Mark { lines, points, lines_and_points, bars };
  std::string label;  ///< in the legend, which is above the axes; empty: not listed
  int style = 0;      ///< 0 … kChartStyles − 1: colour, mark and dashes; distinguishable in grey
  Mark mark = Mark::lines_and_points;
  std::vector<double> x, y;
};
inline constexpr int kChartStyles = 10;

/// 1, 2, … count: x values of data without their own.
std::vector<double> positions(size_t count);

/// An axis of a chart.
struct ChartAxis {
  /// automatic: logarithmic if all values are above 0 and span more than two decades.
  enum class Scale { linear, logarithmic, automatic };
  std::string label = {};  ///< with its unit
  Scale scale = Scale::linear;
  bool integral = false;            ///< tics only at integers
  std::optional<double> from = {};  ///< start of the axis; by default the smallest value
  /// Texts at positions instead of numbers; on a horizontal axis long ones are slanted.
  std::vector<std::pair<double, std::string>> tics = {};
};

/// A text at a position.
struct ChartText {
  double x, y;
  std::string text;
};

/// Matrix drawn in colours, row by row from the top left.
struct HeatMap {
  int64_t rows = 0, columns = 0;
  std::vector<double> values;
  std::string label;  ///< of the colour scale, with its unit
};

/// A figure with axes, drawn by gnuplot.
struct Chart {
  std::string title = {};  ///< may be empty
  ChartAxis x = {}, y = {};
  std::vector<Series> series = {};
  std::vector<ChartText> texts = {};
  std::optional<HeatMap> heat = {};

  /// Bytes of an SVG file of 480 × 350 points and of a PNG file of 960 × 700 pixels; higher with a legend or slanted
  /// tics.
  struct Files {
    std::string svg, png;
  };
};

/// Draws charts. Throws NotDrawn if gnuplot is missing or fails at one of them.
std::vector<Chart::Files> render_charts(std::span<const Chart> charts);

/// Commands of gnuplot for a terminal of this size in points, with `zoom` pixels per point, and for its style.
std::string chart_terminal(PlotFormat format, int width, int height, int font, int zoom);
/// Commands of gnuplot for one chart inside a frame, or without one for the whole image.
std::string chart_script(const Chart& chart, const std::optional<Frame>& frame);

}  // namespace hourglass

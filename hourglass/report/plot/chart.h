#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hourglass {

enum class ImageFormat { png, svg };

/// Position of a panel's axes, in fractions of the image.
struct Frame {
  double left, right, bottom, top;
};

/// One data series. NaN leaves a gap.
struct Series {
  enum class Mark { lines, points, lines_and_points, bars };
  std::string label;  ///< in the legend; empty: not listed
  int style = 0;      ///< 0 … kChartStyles − 1: colour, mark and dashes; distinguishable in grey
  Mark mark = Mark::lines_and_points;
  std::vector<double> x, y;
};
inline constexpr int kChartStyles = 10;

/// 1, 2, … count: x values for series without x values.
std::vector<double> counted(size_t count);

struct ChartAxis {
  /// automatic: logarithmic if all values are above 0 and span more than two decades.
  enum class Scale { linear, logarithmic, automatic };
  std::string label = {};  ///< with its unit
  Scale scale = Scale::linear;
  bool whole = false;               ///< integers: ticks only at integers
  std::optional<double> from = {};  ///< the axis starts here, not at the smallest value
};

/// Text at a point.
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

  /// Content of an SVG file of 560 × 380 points and of a PNG file of 1120 × 760 pixels.
  struct Files {
    std::string svg, png;
  };
  /// Draws the chart. Throws RuntimeFailure if gnuplot is missing or fails.
  Files render() const;
};

/// Commands of gnuplot that select a terminal of this size, with `zoom` pixels per point, and the style of everything.
std::string chart_terminal(ImageFormat format, int width, int height, int font, int zoom);
/// Commands of gnuplot for one chart inside a frame, or with margins chosen by gnuplot if there is none.
std::string chart_script(const Chart& chart, const std::optional<Frame>& frame);

}  // namespace hourglass

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hourglass {

enum class ImageFormat { png, svg };

/// Where a panel's axes stand, in fractions of the image.
struct Frame {
  double left, right, bottom, top;
};

/// Points of one kind. NaN leaves a gap.
struct Series {
  enum class Mark { lines, points, lines_and_points, bars };
  std::string label;  ///< in the legend; empty: not there
  int style = 0;  ///< 0 … kChartStyles − 1: colour, mark and dashes, told apart by the colour-blind and in print
  Mark mark = Mark::lines_and_points;
  std::vector<double> x, y;
};
inline constexpr int kChartStyles = 10;

/// 1, 2, … count: places for values that have none of their own.
std::vector<double> counted(size_t count);

struct ChartAxis {
  /// automatic: logarithmic when all values are above 0 and span more than two decades.
  enum class Scale { linear, logarithmic, automatic };
  std::string label = {};  ///< with its unit
  Scale scale = Scale::linear;
  bool whole = false;               ///< numbers that are counted: tics at whole ones
  std::optional<double> from = {};  ///< the axis starts here, not at the smallest value
};

/// A word at a place.
struct ChartText {
  double x, y;
  std::string text;
};

/// Values of a grid, coloured, row by row from the top left.
struct HeatMap {
  int64_t rows = 0, columns = 0;
  std::vector<double> values;
  std::string label;  ///< what the colours mean, with its unit
};

/// A figure with axes, drawn by gnuplot.
struct Chart {
  std::string title = {};  ///< may be empty
  ChartAxis x = {}, y = {};
  std::vector<Series> series = {};
  std::vector<ChartText> texts = {};
  std::optional<HeatMap> heat = {};

  /// The bytes of an SVG file of 560 × 380 points and of a PNG file of 1120 × 760 pixels. Throws RuntimeFailure when
  /// gnuplot is missing or fails.
  struct Files {
    std::string svg, png;
  };
  Files render() const;
};

/// gnuplot's commands for a terminal of this size, `zoom` pixels a point, and how everything on it looks.
std::string chart_terminal(ImageFormat format, int width, int height, int font, int zoom);
/// gnuplot's commands for one chart inside a frame, or, without one, where gnuplot finds room.
std::string chart_script(const Chart& chart, const std::optional<Frame>& frame);

}  // namespace hourglass

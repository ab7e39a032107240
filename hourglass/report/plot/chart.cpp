#include "hourglass/report/plot/chart.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "hourglass/base/error.h"
#include "hourglass/report/format.h"
#include "hourglass/report/plot/gnuplot.h"

namespace hourglass {
namespace {

// The palette of Okabe and Ito first. Marks and dashes distinguish the styles in black and white.
constexpr std::array<const char*, kChartStyles> kStyles = {
    "lc rgb '#0072B2' dt 1 pt 7", "lc rgb '#D55E00' dt 2 pt 5",  "lc rgb '#009E73' dt 4 pt 9",
    "lc rgb '#CC79A7' dt 1 pt 7", "lc rgb '#E69F00' dt 3 pt 11", "lc rgb '#56B4E9' dt 5 pt 13",
    "lc rgb '#8A6D3B' dt 2 pt 4", "lc rgb '#7F7F7F' dt 4 pt 6",  "lc rgb '#AA4499' dt 3 pt 8",
    "lc rgb '#44AA99' dt 5 pt 12"};

constexpr int kWidth = 480, kHeight = 350, kFont = 14, kPngZoom = 2;
constexpr int kLegendRow = 18;        // points
constexpr int kLegendWidth = 52;      // characters beside each other
constexpr int kSlantedTics = 70;      // points
constexpr int kLevelText = 5;         // characters
constexpr size_t kMostPoints = 1000;  // of a line, more than the pixels of a chart

struct Range {
  double low = std::numeric_limits<double>::infinity(), high = -low;

  void include(double v) {
    if (std::isfinite(v)) low = std::min(low, v), high = std::max(high, v);
  }
};

Range range_of(const Chart& chart, std::vector<double> Series::*values) {
  Range range;
  for (const Series& s : chart.series)
    for (const double v : s.*values) range.include(v);
  return range.low > range.high ? Range{0, 1} : range;
}

bool is_logarithmic(const ChartAxis& axis, const Range& r) {
  if (axis.scale == ChartAxis::Scale::automatic) return r.low > 0 && r.high / r.low > 100;
  return axis.scale == ChartAxis::Scale::logarithmic && r.low > 0;
}

/// Distance between tics, 1, 2 or 5 times a power of ten, for at most `count` tics over `span`; at least one is
/// allowed.
int64_t tic_distance(int64_t span, int64_t count) {
  int64_t distance = 1;
  count = std::max<int64_t>(count, 1);
  for (int i = 0; span / distance > count; ++i) distance = i % 3 == 1 ? distance / 2 * 5 : distance * 2;
  return distance;
}

std::string integral_tics(char name, const Range& r, int64_t tics) {
  constexpr double kMost = 1e15;  // larger integers need not be exact as doubles
  const auto first = std::llround(std::clamp(r.low, -kMost, kMost)),
             last = std::llround(std::clamp(r.high, -kMost, kMost));
  const double margin = first == last ? 0.5 : 0.02 * static_cast<double>(last - first);
  const int64_t distance = tic_distance(last - first, tics);
  return fmt::format("unset logscale {0}\nset {0}range [{1}:{2}]\nset {0}tics {3},{4}\nset format {0} '%.0f'\n", name,
                     static_cast<double>(first) - margin, static_cast<double>(last) + margin,
                     (first + distance - 1) / distance * distance, distance);
}

/// Whether the texts of a horizontal axis are too long to be beside each other.
bool are_slanted(const ChartAxis& axis) {
  return std::ranges::any_of(axis.tics, [](const auto& tic) { return display_width(tic.second) > kLevelText; });
}

std::string named_tics(char name, const ChartAxis& axis) {
  std::string list;
  for (const auto& [place, text] : axis.tics) {
    std::string label;
    for (const char c : text) label += c == '%' ? "%%" : std::string(1, c);  // a tic's text is a format
    list += fmt::format("{}{} {:.9g}", list.empty() ? "" : ", ", gnuplot_quoted(label), place);
  }
  return fmt::format("set {0}tics ({1}) noenhanced{2}\n", name, list,
                     name == 'x' && are_slanted(axis) ? " rotate by -40 font ',12'" : "");
}

std::string axis_script(const Chart& chart, char name, const ChartAxis& axis, std::vector<double> Series::*values,
                        int64_t tics) {
  Range r = range_of(chart, values);
  std::string script = fmt::format("set {}label {} noenhanced\n", name, gnuplot_quoted(axis.label));
  const bool has_names = !axis.tics.empty(), logarithmic = is_logarithmic(axis, r);
  if (has_names) script += named_tics(name, axis);
  if (has_names && !logarithmic)
    return script + fmt::format("unset logscale {0}\nset {0}range [{1}:{2}]\n", name, r.low - 0.6, r.high + 0.6);
  if (axis.integral) return script + integral_tics(name, r, tics);
  if (!has_names) script += fmt::format("set {0}tics autofreq\nset format {0} '%g'\n", name);
  if (logarithmic)
    return script + fmt::format("set logscale {0}\nset {0}range [{1}:{2}]\n", name, r.low / 1.3, r.high * 1.3);
  if (axis.from) r.include(*axis.from);
  const double margin = r.high > r.low ? 0.06 * (r.high - r.low) : r.high != 0 ? 0.1 * std::abs(r.high) : 1;
  const double low = axis.from ? *axis.from : r.low >= 0 ? std::max(0.0, r.low - margin) : r.low - margin;
  return script + fmt::format("unset logscale {0}\nset {0}range [{1}:{2}]\n", name, low, r.high + margin);
}

/// Of a line with more points than a chart has pixels, the lowest and the highest of every few: it looks the same.
Series thinned(const Series& all) {
  if (all.mark != Series::Mark::lines || all.x.size() <= kMostPoints) return all;
  Series few{all.label, all.style, all.mark, {}, {}};
  const size_t parts = kMostPoints / 2;
  for (size_t part = 0; part < parts; ++part) {
    const auto first = all.y.begin() + static_cast<int64_t>(part * all.y.size() / parts);
    const auto end = all.y.begin() + static_cast<int64_t>((part + 1) * all.y.size() / parts);
    const auto [low, high] = std::minmax_element(first, end);
    for (const auto point : {std::min(low, high), std::max(low, high)}) {
      few.x.push_back(all.x[point - all.y.begin()]);
      few.y.push_back(*point);
    }
  }
  return few;
}

std::string data_block(const std::string& name, const Series& full) {
  const Series series = thinned(full);
  std::string block = fmt::format("${} << EOD\n", name);
  for (size_t i = 0; i < series.x.size(); ++i)
    block += std::isfinite(series.y[i]) ? fmt::format("{:.6g} {:.9g}\n", series.x[i], series.y[i])
                                        : fmt::format("{:.6g} NaN\n", series.x[i]);
  return block + "EOD\n";
}

std::string mark_of(const Series& series) {
  switch (series.mark) {
    case Series::Mark::lines:
      return "lines lw 2";
    case Series::Mark::points:
      return "points ps 0.55";
    case Series::Mark::bars:
      return "boxes fs solid 0.85 noborder";
    case Series::Mark::lines_and_points:
      break;
  }
  return fmt::format("linespoints lw 2 ps 1.1 pi {}", std::max<size_t>(1, series.x.size() / 20));
}

/// Columns of the legend, such that its texts fit beside each other, and its rows.
int legend_columns(const Chart& chart, int width) {
  int longest = 0;
  for (const Series& s : chart.series) longest = std::max(longest, display_width(s.label));
  return std::clamp(width / (longest + 6), 1, 5);
}
int legend_rows(const Chart& chart) {
  const auto labels =
      static_cast<int>(std::ranges::count_if(chart.series, [](const Series& s) { return !s.label.empty(); }));
  const int columns = legend_columns(chart, kLegendWidth);
  return (labels + columns - 1) / columns;
}

std::string series_script(const Chart& chart) {
  std::string blocks, plots;
  for (size_t i = 0; i < chart.series.size(); ++i) {
    const Series& s = chart.series[i];
    HOURGLASS_CHECK(s.x.size() == s.y.size());
    blocks += data_block(fmt::format("series{}", i), s);
    plots += fmt::format("{} $series{} with {} {} {}", i ? "," : "plot", i, mark_of(s), kStyles[s.style % kChartStyles],
                         s.label.empty() ? "notitle" : "title " + gnuplot_quoted(s.label));
  }
  // A chart without any finite value still has axes.
  return blocks + (plots.empty() ? "plot NaN notitle" : plots) + "\n";
}

/// The distance between neighbouring bars, a fifth less where each has a name; 1 without neighbours.
double bar_width(const Chart& chart) {
  double width = std::numeric_limits<double>::infinity();
  for (const Series& s : chart.series)
    if (s.mark == Series::Mark::bars)
      for (size_t i = 1; i < s.x.size(); ++i) width = std::min(width, s.x[i] - s.x[i - 1]);
  if (!std::isfinite(width)) width = 1;
  return are_slanted(chart.x) ? 0.8 * width : width;
}

std::string texts_script(const Chart& chart) {
  std::string script = "unset label\nset style textbox opaque noborder margins 0.5,0.5 fillcolor rgb '#FFFFFF'\n";
  for (const ChartText& t : chart.texts)
    script += fmt::format("set label {} at {:.6g},{:.6g} center front boxed noenhanced font ',17' tc rgb '#404040'\n",
                          gnuplot_quoted(t.text), t.x, t.y);
  return script;
}

/// In the palette viridis: perceptually uniform, also for colour-blind people and in grey.
std::string heat_script(const Chart& chart, const HeatMap& heat) {
  HOURGLASS_CHECK(static_cast<int64_t>(heat.values.size()) == heat.rows * heat.columns);
  std::string script =
      "set palette defined (0 '#440154', 1 '#414487', 2 '#2A788E', 3 '#22A884', 4 '#7AD151', 5 '#FDE725')\n"
      "unset grid\nset size ratio -1\nset xlabel " +
      gnuplot_quoted(chart.x.label) + "\nset ylabel " + gnuplot_quoted(chart.y.label) + "\nset cblabel " +
      gnuplot_quoted(heat.label) + " noenhanced\nset format cb '%g'\n" +
      fmt::format("set xrange [-0.5:{}]\nset yrange [{}:-0.5]\n$heat << EOD\n", static_cast<double>(heat.columns) - 0.5,
                  static_cast<double>(heat.rows) - 0.5);
  for (int64_t i = 0; i < heat.rows * heat.columns; ++i)
    script += fmt::format("{} {} {:.6g}\n", i % heat.columns, i / heat.columns, heat.values[i]);
  return script + "EOD\nplot $heat with image pixels notitle\n";
}

/// Commands for the SVG and then the PNG file of a chart.
std::string files_script(const Chart& chart) {
  // Neither the legend nor slanted texts make the axes lower.
  const int height =
      kHeight + (chart.heat ? 0 : kLegendRow * legend_rows(chart)) + (are_slanted(chart.x) ? kSlantedTics : 0);
  const auto script = [&](PlotFormat format, int zoom) {
    return chart_terminal(format, kWidth, height, kFont, zoom) +
           (chart.title.empty() ? "" : "set title " + gnuplot_quoted(chart.title) + " noenhanced\n") +
           chart_script(chart, std::nullopt) + "reset\n";
  };
  return script(PlotFormat::svg, 1) + script(PlotFormat::png, kPngZoom);
}

/// Bytes of the PNG file at the beginning of `bytes`, which are its signature and chunks.
size_t png_size(std::string_view bytes) {
  constexpr size_t kSignature = 8, kChunk = 12;  // length, type and checksum of a chunk
  for (size_t at = kSignature; at + kChunk <= bytes.size();) {
    size_t length = 0;
    for (size_t i = 0; i < 4; ++i) length = length << 8 | static_cast<unsigned char>(bytes[at + i]);
    const bool is_last = bytes.substr(at + 4, 4) == "IEND";
    at += kChunk + length;
    if (is_last) return at;
  }
  throw NotDrawn("gnuplot drew a part of a PNG");
}

}  // namespace

std::vector<double> positions(size_t count) {
  std::vector<double> x(count);
  std::iota(x.begin(), x.end(), 1);
  return x;
}

std::string chart_terminal(PlotFormat format, int width, int height, int font, int zoom) {
  const std::string size = fmt::format("size {},{} font 'DejaVu Sans,{}'", width * zoom, height * zoom, font);
  const std::string terminal = format == PlotFormat::svg ? "svg dynamic " + size
                               : zoom == 1
                                   ? "pngcairo " + size
                                   : fmt::format("pngcairo {0} fontscale {1} linewidth {1} pointscale {1}", size, zoom);
  return fmt::format(
      "set encoding utf8\n"
      "set terminal {} background '#FFFFFF' noenhanced\n"
      "set border 3 lc rgb '#404040'\nset tics nomirror out textcolor rgb '#404040'\n"
      "set grid lc rgb '#DDDDDD' lt 1 lw 1\n"
      "set key above left Left reverse horizontal noenhanced samplen 2 font ',12' textcolor rgb '#404040'\n",
      terminal);
}

std::string chart_script(const Chart& chart, const std::optional<Frame>& frame) {
  std::string script;
  if (frame)
    script = fmt::format(
        "set lmargin at screen {}\nset rmargin at screen {}\nset bmargin at screen {}\n"
        "set tmargin at screen {}\n",
        frame->left, frame->right, frame->bottom, frame->top);
  if (chart.heat) return script + heat_script(chart, *chart.heat);
  const auto tics = static_cast<int64_t>(frame ? 20 * (frame->right - frame->left) : 8);
  script += axis_script(chart, 'x', chart.x, &Series::x, tics) + axis_script(chart, 'y', chart.y, &Series::y, tics);
  script += fmt::format("set boxwidth {:.9g} absolute\n", bar_width(chart));
  const int width = frame ? static_cast<int>(150 * (frame->right - frame->left)) : kLegendWidth;
  script += fmt::format("set key maxcols {}\n", legend_columns(chart, width));
  return script + texts_script(chart) + series_script(chart);
}

std::vector<Chart::Files> render_charts(std::span<const Chart> charts) {
  if (charts.empty()) return {};
  // One process for all files, because starting it takes longer than drawing.
  std::string script;
  for (const Chart& chart : charts) script += files_script(chart);
  const std::string output = run_gnuplot(script);
  std::vector<Chart::Files> files;
  for (std::string_view rest = output; !rest.empty();) {
    const size_t png = rest.find("\x89PNG");  // texts are UTF-8 and cannot hold it
    if (png == std::string::npos) throw NotDrawn("gnuplot drew no PNG; is its terminal pngcairo missing?");
    const size_t end = png + png_size(rest.substr(png));
    files.push_back({std::string(rest.substr(0, png)), std::string(rest.substr(png, end - png))});
    rest.remove_prefix(end);
  }
  if (files.size() != charts.size())
    throw NotDrawn(fmt::format("gnuplot drew {} of {} charts", files.size(), charts.size()));
  return files;
}

}  // namespace hourglass

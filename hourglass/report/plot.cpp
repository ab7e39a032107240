#include "hourglass/report/plot.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "hourglass/base/error.h"
#include "hourglass/report/gnuplot.h"

namespace hourglass {
namespace {

// Okabe and Ito's palette, told apart by the colour-blind; marks and dashes do so in black and white.
constexpr const char* kTrainStyle = "lc rgb '#0072B2' dt 1 pt 7";
constexpr const char* kValidationStyle = "lc rgb '#009E73' dt 4 pt 9";
constexpr const char* kTestStyle = "lc rgb '#D55E00' dt 2 pt 5";
constexpr const char* kPenaltyStyle = "lc rgb '#CC79A7' dt 1 pt 7";

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

struct Curve {
  std::string label;
  const char* style;
  std::vector<double> values;  ///< one per epoch, NaN where there is none
};

/// Where a panel's axes stand, in fractions of the picture.
struct Frame {
  double left, right, bottom, top;
};

Curve split_curve(const LossPlot& plot, const char* label, const char* style,
                  const std::optional<Terms> EpochRecord::*split) {
  Curve curve{label, style, {}};
  for (const EpochRecord& epoch : plot.epochs)
    curve.values.push_back(epoch.*split ? (epoch.*split)->reconstruction : kMissing);
  return curve;
}

std::vector<Curve> reconstruction_curves(const LossPlot& plot) {
  std::vector<Curve> curves{{"train (mean over the epoch)", kTrainStyle, {}}};
  for (const EpochRecord& epoch : plot.epochs) curves[0].values.push_back(epoch.train.reconstruction);
  curves.push_back(split_curve(plot, "validation", kValidationStyle, &EpochRecord::validation));
  curves.push_back(split_curve(plot, "test", kTestStyle, &EpochRecord::test));
  std::erase_if(curves, [](const Curve& curve) {
    return std::ranges::none_of(curve.values, [](double v) { return std::isfinite(v); });
  });
  return curves;
}

std::vector<Curve> penalty_curves(const LossPlot& plot) {
  std::vector<Curve> curves;
  for (size_t i = 0; i < plot.epochs.size(); ++i)
    for (const auto& [name, value] : plot.epochs[i].train.penalties) {
      auto curve = std::ranges::find(curves, name, &Curve::label);
      if (curve == curves.end())
        curve = curves.insert(curve, {name, kPenaltyStyle, std::vector<double>(plot.epochs.size(), kMissing)});
      curve->values[i] = value;
    }
  return curves;
}

/// A round distance (1, 2 or 5 times a power of ten) with at most `count` tics over `span` epochs.
int64_t tic_distance(int64_t span, int64_t count) {
  int64_t distance = 1;
  for (int i = 0; span / distance > count; ++i) distance = i % 3 == 1 ? distance / 2 * 5 : distance * 2;
  return distance;
}

std::string x_axis(const LossPlot& plot, int64_t tics) {
  const int64_t first = plot.epochs.front().epoch, last = plot.epochs.back().epoch;
  const double margin = first == last ? 0.5 : 0.02 * static_cast<double>(last - first);
  const int64_t distance = tic_distance(last - first, tics);
  return fmt::format("set xrange [{}:{}]\nset xtics {},{}\n", static_cast<double>(first) - margin,
                     static_cast<double>(last) + margin, (first + distance - 1) / distance * distance, distance);
}

std::string y_axis(const std::vector<Curve>& curves) {
  double low = std::numeric_limits<double>::infinity(), high = -low;
  for (const Curve& curve : curves)
    for (const double v : curve.values)
      if (std::isfinite(v)) low = std::min(low, v), high = std::max(high, v);
  if (low > high) low = 0, high = 1;
  if (low > 0 && high / low > 100) return fmt::format("set logscale y\nset yrange [{}:{}]\n", low / 1.3, high * 1.3);
  const double margin = high > low ? 0.06 * (high - low) : high != 0 ? 0.1 * std::abs(high) : 1;
  return fmt::format("unset logscale y\nset yrange [{}:{}]\n", low >= 0 ? std::max(0.0, low - margin) : low - margin,
                     high + margin);
}

std::string data_block(const std::string& name, const LossPlot& plot, const Curve& curve) {
  std::string block = fmt::format("${} << EOD\n", name);
  for (size_t i = 0; i < curve.values.size(); ++i)
    block += std::isfinite(curve.values[i]) ? fmt::format("{} {}\n", plot.epochs[i].epoch, curve.values[i])
                                            : fmt::format("{} NaN\n", plot.epochs[i].epoch);
  return block + "EOD\n";
}

std::string panel(const LossPlot& plot, const std::vector<Curve>& curves, const Frame& frame, bool legend) {
  std::string script = fmt::format("set lmargin at screen {}\nset rmargin at screen {}\n", frame.left, frame.right);
  script += fmt::format("set bmargin at screen {}\nset tmargin at screen {}\n", frame.bottom, frame.top);
  script += x_axis(plot, static_cast<int64_t>(20 * (frame.right - frame.left))) + y_axis(curves);
  std::string lines;
  const size_t mark_every = std::max<size_t>(1, plot.epochs.size() / 20);
  for (size_t i = 0; i < curves.size(); ++i) {
    script += data_block(fmt::format("curve{}", i), plot, curves[i]);
    lines += fmt::format("{} $curve{} with linespoints {} lw 2 ps 1.1 pi {} {}", i ? "," : "plot", i, curves[i].style,
                         mark_every, legend ? "title " + gnuplot_quoted(curves[i].label) : "notitle");
  }
  // Without a finite number anywhere there are still axes.
  return script + (lines.empty() ? "plot NaN notitle" : lines) + "\n";
}

std::string header(LossPlot::Format format, int height) {
  return fmt::format(
      "set encoding utf8\n"
      "set terminal {} size 1200,{} font 'DejaVu Sans,13' background '#FFFFFF' noenhanced\n"
      "set multiplot\n"
      "set border 3 lc rgb '#404040'\nset tics nomirror out\nset grid lc rgb '#DDDDDD' lt 1 lw 1\n"
      "set key top right noenhanced samplen 4 spacing 1.3\n"
      "set format x '%.0f'\nset format y '%g'\nset xlabel 'epoch'\n",
      format == LossPlot::Format::png ? "pngcairo" : "svg dynamic", height);
}

constexpr double kLeft = 0.095, kRight = 0.975;

/// Panels side by side, with room for the axis' numbers left of each.
Frame lower_frame(size_t panel, size_t panels) {
  constexpr double kNumbers = 0.08;
  const double pitch = (kRight - kLeft + kNumbers) / static_cast<double>(panels);
  const double left = kLeft + static_cast<double>(panel) * pitch;
  return {left, left + pitch - kNumbers, 0.1, 0.35};
}

}  // namespace

std::string LossPlot::render(Format format) const {
  if (epochs.empty()) fail("there are no epochs to plot");
  const std::vector<Curve> penalties = penalty_curves(*this);
  std::string script = header(format, penalties.empty() ? 560 : 800);
  script += "set title " + gnuplot_quoted(title) + " noenhanced font ',16'\n";
  script += "set ylabel " + gnuplot_quoted(reconstruction + " (mean per pixel)") + " noenhanced\n";
  const double bottom = penalties.empty() ? 0.135 : 0.5, top = penalties.empty() ? 0.91 : 0.935;
  script += panel(*this, reconstruction_curves(*this), {kLeft, kRight, bottom, top}, true) + "unset ylabel\n";
  for (size_t i = 0; i < penalties.size(); ++i) {
    script += "set title " + gnuplot_quoted(penalties[i].label) + " noenhanced font ',13'\n";
    script += panel(*this, {penalties[i]}, lower_frame(i, penalties.size()), false);
  }
  return run_gnuplot(script + "unset multiplot\n");
}

}  // namespace hourglass

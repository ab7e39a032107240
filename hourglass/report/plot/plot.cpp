#include "hourglass/report/plot/plot.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "hourglass/base/error.h"
#include "hourglass/report/plot/gnuplot.h"

namespace hourglass {
namespace {

constexpr int kTrainStyle = 0, kTestStyle = 1, kValidationStyle = 2, kPenaltyStyle = 3;
constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();
constexpr double kLeft = 0.095, kRight = 0.975;

std::vector<double> epoch_numbers(const std::vector<EpochRecord>& epochs) {
  std::vector<double> x;
  for (const EpochRecord& epoch : epochs) x.push_back(static_cast<double>(epoch.epoch));
  return x;
}

Series curve(const std::vector<EpochRecord>& epochs, std::string label, int style) {
  return {.label = std::move(label),
          .style = style,
          .x = epoch_numbers(epochs),
          .y = std::vector<double>(epochs.size(), kMissing)};
}

Series split_curve(const std::vector<EpochRecord>& epochs, const char* label, int style,
                   const std::optional<Terms> EpochRecord::*split) {
  Series series = curve(epochs, label, style);
  for (size_t i = 0; i < epochs.size(); ++i)
    if (epochs[i].*split) series.y[i] = (epochs[i].*split)->reconstruction;
  return series;
}

Chart reconstruction_chart(const LossPlot& plot) {
  Chart chart;
  chart.x = {.label = "epoch", .integral = true};
  chart.y = {.label = plot.reconstruction + " (mean per feature)", .scale = ChartAxis::Scale::automatic};
  chart.series.push_back(curve(plot.epochs, "train (mean over the epoch)", kTrainStyle));
  for (size_t i = 0; i < plot.epochs.size(); ++i) chart.series[0].y[i] = plot.epochs[i].train.reconstruction;
  chart.series.push_back(split_curve(plot.epochs, "validation", kValidationStyle, &EpochRecord::validation));
  chart.series.push_back(split_curve(plot.epochs, "test", kTestStyle, &EpochRecord::test));
  std::erase_if(chart.series,
                [](const Series& s) { return std::ranges::none_of(s.y, [](double v) { return std::isfinite(v); }); });
  return chart;
}

Series penalty_curve(const std::vector<EpochRecord>& epochs, const std::string& name) {
  Series series = curve(epochs, "", kPenaltyStyle);
  for (size_t i = 0; i < epochs.size(); ++i)
    for (const auto& [penalty, value] : epochs[i].train.penalties)
      if (penalty == name) series.y[i] = value;
  return series;
}

std::vector<std::string> penalty_names(const std::vector<EpochRecord>& epochs) {
  std::vector<std::string> names;
  for (const EpochRecord& epoch : epochs)
    for (const auto& [name, value] : epoch.train.penalties)
      if (std::ranges::find(names, name) == names.end()) names.push_back(name);
  return names;
}

/// Position of a panel in the lower row, with space for the numbers of the axis at its left.
Frame lower_frame(size_t panel, size_t panels) {
  constexpr double kNumbers = 0.08;
  const double pitch = (kRight - kLeft + kNumbers) / static_cast<double>(panels);
  const double left = kLeft + static_cast<double>(panel) * pitch;
  return {left, left + pitch - kNumbers, 0.1, 0.35};
}

}  // namespace

std::vector<Chart> LossPlot::charts() const {
  std::vector<Chart> all = {reconstruction_chart(*this)};
  all[0].title = title;
  for (const std::string& name : penalty_names(epochs)) {
    Chart chart{.title = name, .x = all[0].x, .y = {.scale = ChartAxis::Scale::automatic}};
    chart.series.push_back(penalty_curve(epochs, name));
    all.push_back(std::move(chart));
  }
  return all;
}

std::string LossPlot::render(Format format) const {
  if (epochs.empty()) fail("there are no epochs to plot");
  const std::vector<Chart> panels = charts();
  const size_t penalties = panels.size() - 1;
  const double bottom = penalties ? 0.5 : 0.135, top = penalties ? 0.935 : 0.91;
  std::string script = chart_terminal(format, 1200, penalties ? 800 : 560, 13, 1) + "set multiplot\n";
  for (size_t i = 0; i < panels.size(); ++i) {
    script += fmt::format("set title {} noenhanced font ',{}'\n", gnuplot_quoted(panels[i].title), i ? 13 : 16);
    script += chart_script(panels[i], i ? lower_frame(i - 1, penalties) : Frame{kLeft, kRight, bottom, top});
  }
  return run_gnuplot(script + "unset multiplot\n");
}

}  // namespace hourglass

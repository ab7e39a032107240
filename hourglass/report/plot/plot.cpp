#include "hourglass/report/plot/plot.h"

#include <algorithm>
#include <cmath>

#include "hourglass/base/error.h"
#include "hourglass/base/text.h"
#include "hourglass/report/plot/gnuplot.h"

namespace hourglass {
namespace {

constexpr double kLeft = 0.095, kRight = 0.975;
constexpr int kTrainStyle = 0, kTestStyle = 1, kValidationStyle = 2, kPenaltyStyle = 3;

double loss_of(const std::optional<Terms>& terms) { return terms ? terms->reconstruction : kMissing; }

Chart reconstruction_chart(const LossPlot& plot) {
  Chart chart;
  chart.x = {.label = "epoch", .integral = true};
  chart.y = {.label = plot.reconstruction + " (mean per feature)", .scale = ChartAxis::Scale::automatic};
  chart.series = {
      epoch_series(plot.epochs, "train (mean over the epoch)", kTrainStyle,
                   [](auto& e) { return e.train.reconstruction; }),
      epoch_series(plot.epochs, "validation", kValidationStyle, [](auto& e) { return loss_of(e.validation); }),
      epoch_series(plot.epochs, "test", kTestStyle, [](auto& e) { return loss_of(e.test); })};
  std::erase_if(chart.series,
                [](const Series& s) { return std::ranges::none_of(s.y, [](double v) { return std::isfinite(v); }); });
  return chart;
}

std::vector<std::string> penalty_names(const std::vector<EpochRecord>& epochs) {
  std::vector<std::string> names;
  for (const EpochRecord& epoch : epochs)
    for (const auto& [name, value] : epoch.train.penalties)
      if (!contains(names, name)) names.push_back(name);
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

Series epoch_series(const std::vector<EpochRecord>& epochs, const std::string& label, int style,
                    const std::function<double(const EpochRecord&)>& value) {
  Series series{.label = label, .style = style, .x = {}, .y = {}};
  for (const EpochRecord& e : epochs) {
    series.x.push_back(static_cast<double>(e.epoch));
    series.y.push_back(value(e));
  }
  return series;
}

std::vector<Chart> LossPlot::charts() const {
  std::vector<Chart> all = {reconstruction_chart(*this)};
  all[0].title = title;
  for (const std::string& name : penalty_names(epochs)) {
    Chart chart{.title = name, .x = all[0].x, .y = {.scale = ChartAxis::Scale::automatic}};
    chart.series.push_back(epoch_series(epochs, "", kPenaltyStyle, [&](const EpochRecord& e) {
      const auto penalty = std::ranges::find(e.train.penalties, name, &std::pair<std::string, double>::first);
      return penalty == e.train.penalties.end() ? kMissing : penalty->second;
    }));
    all.push_back(std::move(chart));
  }
  return all;
}

std::string LossPlot::render(Format format) const {
  if (epochs.empty()) fail("there are no epochs to plot");
  const std::vector<Chart> panels = charts();
  const size_t penalties = panels.size() - 1;
  const double bottom = penalties ? 0.5 : 0.135, top = penalties ? 0.91 : 0.87;
  std::string script = chart_terminal(format, 1200, penalties ? 800 : 560, 13, 1) + "set multiplot\n";
  for (size_t i = 0; i < panels.size(); ++i) {
    // The title of the whole is below the legend.
    script += fmt::format("set title {} noenhanced font ',{}' offset 0,{}\n", gnuplot_quoted(panels[i].title),
                          i ? 13 : 16, i ? 0 : -0.8);
    script += chart_script(panels[i], i ? lower_frame(i - 1, penalties) : Frame{kLeft, kRight, bottom, top});
  }
  return run_gnuplot(script + "unset multiplot\n");
}

}  // namespace hourglass

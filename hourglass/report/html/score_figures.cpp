#include "hourglass/report/html/score_figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "hourglass/report/format.h"
#include "hourglass/report/html/columns.h"
#include "hourglass/report/html/html.h"

namespace hourglass {

namespace {

constexpr int kCellWidth = 32;  // characters

/// Bars of a histogram of logarithms, with the numbers of rows on a logarithmic axis where they differ much.
Chart histogram_chart(const Histogram& h) {
  Chart c{.x = {.label = "anomaly score"}, .y = {.label = "rows"}};
  Series bars{"", 0, Series::Mark::bars, {}, {}};
  int64_t most = 1;
  for (size_t i = 0; i < h.counts.size(); ++i) {
    bars.x.push_back(h.middle(i));
    bars.y.push_back(h.counts[i] ? static_cast<double>(h.counts[i]) : kMissing);
    most = std::max(most, h.counts[i]);
  }
  c.y.from = most > 100 ? 0.5 : 0;
  if (most > 100) c.y.scale = ChartAxis::Scale::logarithmic;
  c.series = {std::move(bars), {"threshold", 1, Series::Mark::lines, {0, 0}, {*c.y.from, static_cast<double>(most)}}};
  const double span = std::max(h.high, 0.0) - std::min(h.low, 0.0), step = span > 1.5 ? 1 : 0.25;
  for (double at = std::floor(std::min(h.low, 0.0) / step) * step; at <= std::max(h.high, 0.0) + step; at += step)
    c.x.tics.emplace_back(at, fmt::format("{:.2g}", std::pow(10, at)));
  return c;
}

/// A few round numbers of rows; more would run into one another.
std::vector<std::pair<double, std::string>> row_tics(double first, double last) {
  constexpr double kMost = 5;
  const double power = std::pow(10, std::floor(std::log10(std::max(1.0, last - first))));
  double step = power;
  for (const double part : {0.5, 0.2, 0.1})
    if (part * power >= 1 && (last - first) / (part * power) <= kMost) step = part * power;
  while ((last - first) / step > kMost) step *= 2;
  std::vector<std::pair<double, std::string>> tics;
  for (double at = std::ceil(first / step) * step; at <= last; at += step) tics.emplace_back(at, fmt::format("{}", at));
  return tics;
}

/// A line over the rows of a series.
Chart step_chart(const StepTrace& trace, const std::vector<double>& y, const std::string& label) {
  return {.x = {.label = "row", .tics = row_tics(std::ranges::min(trace.row), std::ranges::max(trace.row))},
          .y = {.label = label},
          .series = {{"", 0, Series::Mark::lines, trace.row, y}}};
}

void draw_steps(FigureBuilder& sheet, const StepTrace& trace) {
  if (trace.row.empty()) return;
  Chart scores = step_chart(trace, trace.score, "anomaly score");
  scores.y.scale = ChartAxis::Scale::automatic;
  scores.series.push_back({"threshold", 1, Series::Mark::lines, {trace.row.front(), trace.row.back()}, {1, 1}});
  const char* thinned =
      trace.steps > std::ssize(trace.row) ? " Of neighbouring rows the one with the highest score." : "";
  sheet.chart({"anomalies", "step-scores", "Anomaly scores over time",
               fmt::format("Of {} time steps, {} above the threshold of 1.{}", format_count(trace.steps),
                           format_count(trace.above), thinned)},
              std::move(scores));
  const std::string name = shortened(trace.column, kCellWidth);
  sheet.chart({"anomalies", "step-values", fmt::format("{} over time", name),
               "The same rows: the column with the largest part of the scores."},
              step_chart(trace, trace.value, name));
}

}  // namespace

void draw_score_figures(FigureBuilder& sheet, const Analysis& a) {
  if (!a.scores) return;
  const ScoreSummary& s = *a.scores;
  sheet.chart({"anomalies", "scores", "Anomaly scores",
               fmt::format("Of {} rows, {} above the threshold of 1 ({:.2g} %). The score is on a logarithmic axis.",
                           format_count(s.rows), format_count(s.above),
                           100 * static_cast<double>(s.above) / static_cast<double>(s.rows))},
              histogram_chart(s.logarithms));
  if (a.trace) draw_steps(sheet, *a.trace);
}

Html top_rows(const Analysis& a) {
  if (!a.scores) return {};
  const bool is_labelled = !a.scores->top.empty() && a.scores->top[0].label;
  std::vector<Row> rows;
  for (const ScoreSummary::Row& top : a.scores->top) {
    std::string shares;
    for (const Contribution& c : top.shares)
      shares += fmt::format("{}{} {:.0f} %", shares.empty() ? "" : ", ",
                            shortened(feature_name(a.columns, c.feature), kCellWidth), 100 * c.share);
    Row row = {fmt::format("row {}", top.row), format_value(top.score)};
    if (is_labelled) row.push_back(label_text(a, *top.label));
    row.push_back(shares);
    rows.push_back(std::move(row));
  }
  Row head = {"Counted from 0", "score"};
  if (is_labelled) head.push_back("label");
  head.push_back("largest shares of the score");
  return html_table(head, rows);
}

}  // namespace hourglass

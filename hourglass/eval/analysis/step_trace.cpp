#include "hourglass/eval/analysis/step_trace.h"

#include <algorithm>
#include <cmath>

#include "hourglass/data/series.h"
#include "hourglass/model/step_scores.h"

namespace hourglass {
namespace {

constexpr double kLargest = 1e6;  // of a plot

/// The column with the largest sum of finite terms.
size_t column_of_most(const StepScores& scores, size_t columns) {
  std::vector<double> sums(columns, 0.0);
  for (size_t i = 0; i < scores.terms.size(); ++i)
    if (std::isfinite(scores.terms[i])) sums[i % columns] += scores.terms[i];
  return static_cast<size_t>(std::ranges::max_element(sums) - sums.begin());
}

}  // namespace

StepTrace trace_steps(const AnomalyDetector& detector, const Dataset& data, StepScore how) {
  const auto& windows = std::get<Windows>(data.values);
  const StepScores scores = step_scores({&detector, 1}, data, how);
  const size_t column = column_of_most(scores, windows.columns);
  const std::vector<std::string>& names = windows.series->steps.columns;
  StepTrace trace{names.empty() ? std::to_string(column + 1) : names[column], {}, {}, {}};
  std::vector<size_t> steps;
  for (size_t step = 0; step < scores.score.size(); ++step)
    if (!std::isnan(scores.score[step])) steps.push_back(step);
  trace.steps = std::ssize(steps);
  trace.above = std::ranges::count_if(steps, [&](size_t step) { return scores.score[step] > 1; });
  const size_t together = (steps.size() + kTracePoints - 1) / kTracePoints;
  for (size_t first = 0; first < steps.size(); first += together) {
    const auto some = std::span(steps).subspan(first, std::min(together, steps.size() - first));
    const size_t step = *std::ranges::max_element(some, {}, [&](size_t i) { return scores.score[i]; });
    trace.row.push_back(windows.series->rows[step]);
    trace.score.push_back(std::min(scores.score[step], kLargest));
    trace.value.push_back(static_cast<double>(windows.steps[step * windows.columns + column]));
  }
  return trace;
}

}  // namespace hourglass

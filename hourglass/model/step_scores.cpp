#include "hourglass/model/step_scores.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "hourglass/base/error.h"
#include "hourglass/base/statistics.h"
#include "hourglass/data/series.h"

namespace hourglass {
namespace {

/// Takes the errors of one step in one window after another.
class StepSums {
 public:
  StepSums(size_t steps, size_t columns, StepScore how)
      : how_(how),
        columns_(columns),
        windows_(steps, 0),
        scores_{std::vector<double>(steps, 0.0), std::vector<double>(steps * columns, 0.0)} {}

  /// `terms` are those of the step's columns, times the number of steps of a window.
  void add(size_t step, std::span<const double> terms, double steps_of_window) {
    double sum = 0;
    for (const double term : terms) sum += steps_of_window * term;
    double* own = scores_.terms.data() + step * columns_;
    const bool is_first = windows_[step]++ == 0;
    if (how_ == StepScore::mean) {
      scores_.score[step] += sum;
      for (size_t k = 0; k < columns_; ++k) own[k] += steps_of_window * terms[k];
    } else if (is_first || sum > scores_.score[step]) {
      scores_.score[step] = sum;
      for (size_t k = 0; k < columns_; ++k) own[k] = steps_of_window * terms[k];
    }
  }

  StepScores finish() {
    for (size_t step = 0; step < windows_.size(); ++step) {
      if (windows_[step] == 0) scores_.score[step] = std::numeric_limits<double>::quiet_NaN();
      if (how_ == StepScore::max || windows_[step] == 0) continue;
      scores_.score[step] /= windows_[step];
      for (size_t k = 0; k < columns_; ++k) scores_.terms[step * columns_ + k] /= windows_[step];
    }
    return std::move(scores_);
  }

 private:
  StepScore how_;
  size_t columns_;
  std::vector<uint32_t> windows_;  ///< that cover each step
  StepScores scores_;
};

}  // namespace

StepScores step_scores(std::span<const AnomalyDetector> detectors, const Dataset& data, StepScore how) {
  const TimeSeries* series = series_of(data);
  HOURGLASS_CHECK(series);
  const auto& windows = std::get<Windows>(data.values);
  const auto steps = static_cast<size_t>(series->window);
  StepSums sums(series->rows.size(), windows.columns, how);
  for_each_terms(detectors, data, [&](int64_t row, std::span<const double> terms) {
    for (size_t t = 0; t < steps; ++t)
      sums.add(windows.first[static_cast<size_t>(row)] + t, terms.subspan(t * windows.columns, windows.columns),
               static_cast<double>(steps));
  });
  return sums.finish();
}

void fit_step_threshold(const Inference& inference, const Dataset& data, std::span<const uint32_t> rows, StepScore how,
                        AnomalyScale& scale) {
  const AnomalyDetector detector{inference, scale};
  std::vector<double> scores = step_scores({&detector, 1}, data.select(rows), how).score;
  std::erase_if(scores, [](double score) { return std::isnan(score); });
  const double quantile = empirical_quantile(scores, scale.quantile);
  if (!(quantile > 0) || std::isinf(quantile))
    fail(
        "{}: the model reconstructs most time steps exactly, or one to something that is not a number, which leaves "
        "nothing to measure scores against",
        data.name);
  scale.threshold *= kAboveRounding * quantile;
}

}  // namespace hourglass

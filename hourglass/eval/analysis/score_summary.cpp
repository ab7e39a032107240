#include "hourglass/eval/analysis/score_summary.h"

#include <algorithm>
#include <cmath>

#include "hourglass/base/statistics.h"

namespace hourglass {

namespace {

constexpr int64_t kShares = 3;
constexpr size_t kTopRows = 15;
constexpr int64_t kRowsAtATime = 2048;
constexpr double kSmallest = 1e-6, kLargest = 1e6;  // of the histogram

/// Scores of the given rows, some at a time, so that progress is told between them.
AnomalyScores scores_of(const AnomalyDetector& detector, const Dataset& data, std::span<const uint32_t> rows,
                        const EvaluationProgress& progress) {
  AnomalyScores all;
  for (size_t first = 0; first < rows.size(); first += kRowsAtATime) {
    if (progress) progress("anomaly scores", static_cast<double>(first) / static_cast<double>(rows.size()));
    const auto some = rows.subspan(first, std::min<size_t>(kRowsAtATime, rows.size() - first));
    const AnomalyScores part = anomaly_scores({&detector, 1}, data.select(some), kShares);
    all.top = part.top;
    all.score.insert(all.score.end(), part.score.begin(), part.score.end());
    all.contributions.insert(all.contributions.end(), part.contributions.begin(), part.contributions.end());
  }
  if (progress) progress("anomaly scores", 1);
  return all;
}

}  // namespace

ScoreSummary summarise_scores(const AnomalyDetector& detector, const Dataset& data, std::span<const uint32_t> rows,
                              const EvaluationProgress& progress) {
  const AnomalyScores scores = scores_of(detector, data, rows, progress);
  ScoreSummary s{std::ssize(rows), data.rows(), 0, {}, {}};
  s.above = std::ranges::count_if(scores.score, [](double v) { return v > 1; });
  std::vector<float> logarithms;
  for (const double v : scores.score)
    logarithms.push_back(static_cast<float>(std::log10(std::clamp(v, kSmallest, kLargest))));
  s.logarithms = histogram(logarithms);
  for (const int64_t i : largest(scores.score, kTopRows)) {
    const auto shares = scores.of(i);
    s.top.push_back({rows[i], scores.score[i], {shares.begin(), shares.end()}, {}});
    if (!data.labels.empty()) s.top.back().label = data.labels[rows[i]];
  }
  return s;
}

}  // namespace hourglass

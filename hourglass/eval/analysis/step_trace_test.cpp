#include "hourglass/eval/analysis/step_trace.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "hourglass/data/series.h"
#include "support/measuring.h"

namespace hourglass {
namespace {

/// A model of zeros: the residuals are the values.
Autoencoder zeros(int64_t features) {
  return Autoencoder(model({layer("dense", 1)}, {layer("dense", features)}), {features}, DType::f32);
}

StepTrace traced(std::vector<float> values, int64_t window) {
  const Dataset rows{"rows", {2}, std::move(values), {}, {"quiet", "loud"}};
  const Dataset windows = make_windows(rows, {.window = window}, MissingValues::refuse);
  const Autoencoder a = zeros(2 * window);
  const Inference inference(a, 1);
  const AnomalyScale scale{std::vector<float>(static_cast<size_t>(2 * window), 1.0f), 1.0, 0.9};
  return trace_steps({inference, scale}, windows, StepScore::mean);
}

TEST(StepTrace, HasTheScoreOfEveryStepAndTheColumnBehindIt) {
  const StepTrace trace = traced({0.5f, 1, 0, 2, 0, 0, 1, 0.5f}, 2);
  EXPECT_EQ(trace.column, "loud");
  EXPECT_EQ(trace.row, (std::vector<double>{0, 1, 2, 3}));
  EXPECT_EQ(trace.value, (std::vector<double>{1, 2, 0, 0.5}));
  const std::vector<double> expected = {0.625, 2, 0, 0.625};
  for (size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(trace.score[i], expected[i], 1e-6);
  EXPECT_EQ(trace.steps, 4);
  EXPECT_EQ(trace.above, 1);
}

TEST(StepTrace, IsThinnedOutToTheHighestScores) {
  std::vector<float> values(2 * 3 * kTracePoints, 0.1f);
  values[2 * 4000 + 1] = 50;
  const StepTrace trace = traced(std::move(values), 3);
  EXPECT_EQ(trace.row.size(), kTracePoints);
  EXPECT_EQ(trace.steps, 3 * kTracePoints);
  const auto highest = std::ranges::max_element(trace.score) - trace.score.begin();
  EXPECT_EQ(trace.row[static_cast<size_t>(highest)], 4000);
  EXPECT_EQ(trace.value[static_cast<size_t>(highest)], 50);
}

}  // namespace
}  // namespace hourglass

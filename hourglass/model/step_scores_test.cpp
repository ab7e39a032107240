#include "hourglass/model/step_scores.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "hourglass/base/error.h"
#include "hourglass/data/series.h"
#include "hourglass/tensor/visit.h"
#include "support/measuring.h"
#include "support/message_of.h"

namespace hourglass {
namespace {

constexpr int64_t kWindow = 4, kColumns = 3;

Dataset windows_of(const Dataset& rows, int64_t stride = 1) {
  return make_windows(rows, {.window = kWindow, .stride = stride}, MissingValues::refuse);
}

/// A model with random weights.
Autoencoder random_model() {
  Autoencoder a(model({layer("dense", 2)}, {layer("dense", kWindow * kColumns)}), {kWindow * kColumns}, DType::f32);
  initialise(a.network(), {}, 3, a.theta());
  return a;
}

/// The same from the definition: every window is reconstructed alone.
std::vector<double> naive(const Autoencoder& a, const AnomalyScale& scale, const Dataset& rows, int64_t stride,
                          StepScore how) {
  const std::vector<double> x = values_of(rows);
  std::vector<std::vector<double>> errors(static_cast<size_t>(rows.rows()));
  std::vector<int64_t> starts;
  const int64_t last = rows.rows() - kWindow;
  for (int64_t first = 0; first < last; first += stride) starts.push_back(first);
  starts.push_back(last);
  for (const int64_t first : starts) {
    const auto begin = x.begin() + first * kColumns;
    const std::vector<float> sample(begin, begin + kWindow * kColumns);
    const Tensor r = Inference(a, 1).reconstruct(Dataset{"one", {kWindow * kColumns}, sample, {}});
    for (int64_t t = 0; t < kWindow; ++t) {
      double sum = 0;
      for (int64_t k = 0; k < kColumns; ++k) {
        const int64_t j = t * kColumns + k;
        const double e = (static_cast<double>(r.as<float>()[j]) - sample[static_cast<size_t>(j)]) /
                         scale.spread[static_cast<size_t>(j)];
        sum += e * e / kColumns / scale.threshold;
      }
      errors[static_cast<size_t>(first + t)].push_back(sum);
    }
  }
  std::vector<double> scores;
  for (const auto& e : errors)
    scores.push_back(e.empty() ? NAN
                     : how == StepScore::max
                         ? std::ranges::max(e)
                         : std::accumulate(e.begin(), e.end(), 0.0) / static_cast<double>(e.size()));
  return scores;
}

TEST(StepScores, EqualTheirDefinition) {
  const Autoencoder a = random_model();
  const Inference inference(a, 2, 4);
  const Dataset rows = uniform_rows(31, kColumns);
  const AnomalyScale scale = fit_anomaly_scale(inference, windows_of(rows), {}, 0.9);
  const AnomalyDetector detector{inference, scale};
  for (const int64_t stride : {1, 3, 7})
    for (const StepScore how : {StepScore::mean, StepScore::max}) {
      const StepScores found = step_scores({&detector, 1}, windows_of(rows, stride), how);
      const std::vector<double> expected = naive(a, scale, rows, stride, how);
      ASSERT_EQ(found.score.size(), expected.size());
      for (size_t i = 0; i < expected.size(); ++i) {
        EXPECT_EQ(std::isnan(found.score[i]), std::isnan(expected[i])) << i;
        if (std::isnan(expected[i])) continue;
        EXPECT_NEAR(found.score[i], expected[i], 1e-5 * expected[i]) << "step " << i << ", stride " << stride;
        const auto terms = std::span(found.terms).subspan(i * kColumns, kColumns);
        EXPECT_NEAR(std::accumulate(terms.begin(), terms.end(), 0.0), found.score[i], 1e-12 + 1e-9 * expected[i]);
      }
    }
}

TEST(StepScores, AStrideAboveTheWindowLeavesStepsWithoutAScore) {
  const Autoencoder a = random_model();
  const Inference inference(a, 1);
  const Dataset windows = windows_of(uniform_rows(18, kColumns), 7);  // steps 0 to 3, 7 to 10, 14 to 17
  const AnomalyScale scale = fit_anomaly_scale(inference, windows, {}, 0.9);
  const AnomalyDetector detector{inference, scale};
  const auto scores = step_scores({&detector, 1}, windows, StepScore::mean).score;
  EXPECT_EQ(std::ranges::count_if(scores, [](double s) { return std::isnan(s); }), 6);
  EXPECT_TRUE(std::isnan(scores[4]));
  EXPECT_FALSE(std::isnan(scores[7]));
}

TEST(StepScores, DoNotDependOnThreads) {
  const Autoencoder a = random_model();
  const Dataset windows = windows_of(uniform_rows(300, kColumns));
  const AnomalyScale scale = fit_anomaly_scale(Inference(a, 1), windows, {}, 0.9);
  const auto scored = [&](int threads) {
    const Inference inference(a, threads, 16);
    const AnomalyDetector detector{inference, scale};
    return step_scores({&detector, 1}, windows, StepScore::mean).score;
  };
  EXPECT_EQ(scored(1), scored(4));
}

TEST(StepScores, TheThresholdIsAQuantileOfTheStepsOfTheGivenWindows) {
  const Autoencoder a = random_model();
  const Inference inference(a, 1);
  const Dataset windows = windows_of(uniform_rows(103, kColumns));
  for (const StepScore how : {StepScore::mean, StepScore::max}) {
    AnomalyScale scale = fit_anomaly_scale(inference, windows, {}, 0.9);
    std::vector<uint32_t> rows(97);  // of 100 steps
    std::iota(rows.begin(), rows.end(), 0u);
    fit_step_threshold(inference, windows, rows, how, scale);
    const AnomalyDetector detector{inference, scale};
    const auto scores = step_scores({&detector, 1}, windows.select(rows), how).score;
    EXPECT_EQ(std::ranges::count_if(scores, [](double s) { return s > 1; }), 10);
  }
}

TEST(StepScores, RefuseAThresholdOfZero) {
  Autoencoder a = random_model();
  for_each_value(a.theta(), [&](int64_t i, double) { a.theta().as<float>()[i] = 0; });
  const Dataset rows{"flat", {kColumns}, std::vector<float>(60), {}};
  AnomalyScale scale{std::vector<float>(kWindow * kColumns, 1.0f), 1.0, 0.9};
  const Dataset windows = windows_of(rows);
  const Inference inference(a, 1);
  EXPECT_NE(message_of<Error>([&] {
              fit_step_threshold(inference, windows, std::vector<uint32_t>{0, 1, 2}, StepScore::mean, scale);
            }).find("exactly"),
            std::string::npos);
}

}  // namespace
}  // namespace hourglass

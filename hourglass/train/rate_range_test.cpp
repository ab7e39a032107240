#include "hourglass/train/rate_range.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "support/networks.h"
#include "support/numbers.h"

namespace hourglass {
namespace {

/// Steps of a test over a smoothed loss that is a function of ln(rate).
template <class F>
std::vector<RateStep> steps_of(F loss) {
  std::vector<RateStep> steps;
  for (int k = 0; k <= 100; ++k) {
    const double rate = std::pow(10, -6 + 0.07 * k);
    steps.push_back({rate, 0, loss(std::log(rate))});
  }
  return steps;
}

TEST(SuggestRate, IsHalfTheRateWhereTheLossFallsMostSteeply) {
  const double center = std::log(1e-3);
  const auto rate = suggest_rate(steps_of([&](double x) { return -std::tanh(x - center); }));
  ASSERT_TRUE(rate);
  EXPECT_NEAR(*rate, 1e-3 / 2, 0.1e-3 / 2);
}

TEST(SuggestRate, LooksOnlyBeforeTheSmallestLoss) {
  const double center = std::log(1e-3);
  const auto rate = suggest_rate(steps_of([&](double x) {
    return x < center ? -0.1 * x : x < 0 ? 10.0 : 5 - x;  // it falls most steeply behind a hill
  }));
  ASSERT_TRUE(rate);
  EXPECT_LT(*rate, 1e-3);
}

TEST(SuggestRate, IsNothingWhereTheLossNeverFalls) {
  EXPECT_FALSE(suggest_rate(steps_of([](double x) { return x; })));
  EXPECT_FALSE(suggest_rate({}));
}

/// Rows of 8 features that one unit describes.
struct Bench {
  Recipe recipe = parse_recipe(
      "[data]\nsource = 'rows'\n[model]\nencoder = [{ dense = 1 }]\ndecoder = [{ dense = 8 }]\n"
      "[train]\nbatch_size = 30\nschedule = { cosine = 0.0, warmup_steps = 9 }\noptimizer = { sgd = 1 }",
      "recipe");
  Dataset data{"rows", {8}, std::vector<float>(800), {}};
  std::vector<uint32_t> rows = std::vector<uint32_t>(100);
  Bench() {
    std::iota(rows.begin(), rows.end(), 0u);
    for (size_t i = 0; i < 800; ++i)
      std::get<std::vector<float>>(data.values)[i] =
          std::sin(static_cast<float>(i / 8)) * static_cast<float>(i % 8 + 1);
  }
  RateTest test(const RateRange& range, int threads, const std::function<bool(double)>& progress = {}) {
    Autoencoder model(recipe.model, data.sample);
    initialise(model.network(), recipe.model.init, 1, model.theta());
    return test_rates(recipe, model, data, rows, range, threads, progress);
  }
};

TEST(RateTest, RaisesTheRateByTheSameFactorUntilTheLossDiverges) {
  const RateTest test = Bench().test({.from = 1e-4, .to = 1e2, .steps = 61}, 1);
  EXPECT_TRUE(test.has_diverged);
  ASSERT_GT(test.steps.size(), 20u);
  EXPECT_LT(test.steps.size(), 61u);
  for (size_t k = 0; k < test.steps.size(); ++k)
    EXPECT_NEAR(test.steps[k].rate, 1e-4 * std::pow(10, 0.1 * static_cast<double>(k)), 1e-9 * test.steps[k].rate);
  double sum = 0;
  for (size_t k = 0; k < test.steps.size(); ++k) {
    sum = 0.9 * sum + 0.1 * test.steps[k].loss;
    EXPECT_NEAR(test.steps[k].smoothed, sum / (1 - std::pow(0.9, static_cast<double>(k + 1))), 1e-9 * sum) << k;
  }
  ASSERT_TRUE(test.suggestion);
  EXPECT_GT(*test.suggestion, 1e-4);
  EXPECT_LT(*test.suggestion, test.steps.back().rate / 2);
}

TEST(RateTest, GivesTheSameBitsOnAnyNumberOfThreads) {
  const RateRange range{.from = 1e-4, .to = 1, .steps = 30};
  const RateTest one = Bench().test(range, 1), more = Bench().test(range, 3);
  ASSERT_EQ(one.steps.size(), more.steps.size());
  for (size_t k = 0; k < one.steps.size(); ++k) EXPECT_EQ(one.steps[k].loss, more.steps[k].loss);
}

TEST(RateTest, EndsWhereItIsToldTo) {
  EXPECT_EQ(
      Bench().test({.from = 1e-5, .to = 1e-4, .steps = 50}, 1, [](double done) { return done < 0.2; }).steps.size(),
      11u);
}

}  // namespace
}  // namespace hourglass

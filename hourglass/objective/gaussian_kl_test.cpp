#include "hourglass/objective/gaussian_kl.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "hourglass/objective/gradient_check.h"
#include "support/message_of.h"
#include "support/networks.h"
#include "support/numbers.h"

namespace hourglass {
namespace {

const ModelConfig kVariational = model({layer("dense", 5), layer("tanh"), layer("dense", 6), layer("gaussian", 3)},
                                       {layer("dense", 4), layer("sigmoid")});

const Network& network() {
  static const Network shared(kVariational, {4});
  return shared;
}

/// Sums over ten rows whose means are these divergences.
double value_at(const GaussianKlConfig& config, std::vector<double> divergences,
                int64_t step = PassContext::kLastStep) {
  for (double& d : divergences) d *= 10;
  GaussianKl penalty(config, network());
  penalty.prepare({}, {.step = step});
  return penalty.value({}, divergences, 10);
}

double divergence(double mean, double log_variance) {
  std::vector<double> sums(1);
  ops::gaussian_kl(tensor_of({1, 2}, {mean, log_variance}), sums);
  return sums[0];
}

/// ∫ q (ln q − ln p) by the trapezoidal rule, which converges exponentially here.
double integrated_divergence(double mean, double log_variance) {
  const double deviation = std::exp(log_variance / 2), step = deviation / 64;
  double sum = 0;
  for (int k = -64 * 14; k <= 64 * 14; ++k) {
    const double z = mean + k * step, e = (z - mean) / deviation;
    const double log_q = -0.5 * (e * e + log_variance + std::log(2 * std::numbers::pi));
    const double log_p = -0.5 * (z * z + std::log(2 * std::numbers::pi));
    sum += std::exp(log_q) * (log_q - log_p) * step;
  }
  return sum;
}

TEST(GaussianKl, IsZeroAtThePriorAndTheIntegralElsewhere) {
  EXPECT_EQ(divergence(0, 0), 0);
  for (const double mean : {-2.0, 0.0, 0.3, 5.0})
    for (const double log_variance : {-6.0, -1.0, 0.0, 0.5, 2.0})
      EXPECT_NEAR(divergence(mean, log_variance), integrated_divergence(mean, log_variance),
                  1e-10 * (1 + divergence(mean, log_variance)));
}

TEST(GaussianKl, AddsUpUnits) { EXPECT_NEAR(value_at({.weight = 1}, {0.1, 0.5, 2}), 2.6, 1e-14); }

TEST(GaussianKl, CountsNoUnitBelowItsFreeBits) {
  EXPECT_NEAR(value_at({.weight = 1, .free_bits = 0.3}, {0.1, 0.5, 2}), 0.3 + 0.5 + 2, 1e-14);
}

TEST(GaussianKl, IsTheDistanceFromTheCapacity) {
  EXPECT_NEAR(value_at({.weight = 1, .capacity = 4}, {0.1, 0.5, 2}), 1.4, 1e-14);
  EXPECT_NEAR(value_at({.weight = 1, .capacity = 1}, {0.1, 0.5, 2}), 1.6, 1e-14);
}

TEST(GaussianKl, RaisesTheWeightWhileItWarmsUp) {
  GaussianKl penalty({.weight = 1, .warmup_steps = 8}, network());
  for (const auto& [step, factor] : std::map<int64_t, double>{{0, 0}, {2, 0.25}, {8, 1}, {100, 1}}) {
    penalty.prepare({}, {.step = step});
    EXPECT_EQ(penalty.weight_factor(), factor) << step;
  }
  EXPECT_NEAR(value_at({.weight = 1, .warmup_steps = 8}, {0.1, 0.5, 2}, 2), 2.6, 1e-14) << "reported without weight";
}

TEST(GaussianKl, RaisesTheCapacityInsteadWhereThereIsOne) {
  const GaussianKlConfig config{.weight = 1, .warmup_steps = 8, .capacity = 4};
  GaussianKl penalty(config, network());
  penalty.prepare({}, {.step = 2});
  EXPECT_EQ(penalty.weight_factor(), 1);
  EXPECT_NEAR(value_at(config, {0.1, 0.5, 2}, 2), 1.6, 1e-14);
  EXPECT_NEAR(value_at(config, {0.1, 0.5, 2}, 8), 1.4, 1e-14);
}

TEST(GaussianKl, HasTheGradientOfFiniteDifferences) {
  for (const GaussianKlConfig& config :
       {GaussianKlConfig{.weight = 0.7}, GaussianKlConfig{.weight = 0.7, .free_bits = 0.06},
        GaussianKlConfig{.weight = 0.7, .capacity = 9}, GaussianKlConfig{.weight = 0.7, .capacity = 0.01}}) {
    ObjectiveConfig objective = objective_of("bce", config);
    objective.reduction = UnitReduction::sum;
    Workbench bench(kVariational, {4}, objective);
    for (const GradientCheck& c : check_gradient(bench.objective, bench.batch, bench.theta, 20)) {
      EXPECT_GT(c.checked, 0) << c.parameter;
      EXPECT_LT(c.relative_error, 1e-7) << c.parameter;
    }
  }
}

TEST(GaussianKl, HasAUnitOnEachSideOfTheFreeBitsOfTheGradientCheck) {
  Workbench bench(kVariational, {4}, objective_of("bce", GaussianKlConfig{.weight = 1}));
  bench.terms();
  std::vector<double> sums(3);
  ops::gaussian_kl(bench.batch.output(2), sums);
  EXPECT_GT(std::ranges::count_if(sums, [](double s) { return s / 5 < 0.06; }), 0);
  EXPECT_GT(std::ranges::count_if(sums, [](double s) { return s / 5 > 0.06; }), 0);
}

TEST(GaussianKl, ChangesTheLossByItsWarmWeight) {
  Objective objective(objective_of("bce", GaussianKlConfig{.weight = 2, .warmup_steps = 4}), network());
  const Tensor theta = fresh_weights(network(), DType::f64, 1);
  TrainingBatch batch = objective.make_batch(DType::f64, 3, false);
  const auto excess = [&](int64_t step) {
    const View target = batch.target(3);
    ops::scale(0, target);
    objective.begin(batch, 3, 3, {.mode = Mode::training, .step = step});
    const auto terms = objective.evaluate(theta, batch);
    return (terms.loss - terms.reconstruction) / terms.penalties[0];
  };
  EXPECT_EQ(excess(0), 0);
  EXPECT_NEAR(excess(1), 0.5, 1e-12);
  EXPECT_NEAR(excess(PassContext::kLastStep), 2, 1e-12);
}

TEST(GaussianKl, NeedsAGaussianCode) {
  const Network plain(model({layer("dense", 2)}, {layer("dense", 4)}), {4});
  EXPECT_EQ(message_of<Error>([&] { GaussianKl({.weight = 1}, plain); }),
            "[objective] gaussian_kl: needs an encoder that ends in { gaussian = H }, after a layer of 2·H features; "
            "found none");
}

}  // namespace
}  // namespace hourglass

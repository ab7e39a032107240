#include "hourglass/objective/sparse_l1.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "hourglass/tensor/copy.h"
#include "support/message_of.h"
#include "support/networks.h"
#include "support/numbers.h"

namespace hourglass {
namespace {

/// Two rows of three inputs through layers whose weights are set by hand: identity, then zero.
double value_of(const SparseL1Config& config) {
  Workbench bench(model({layer("dense", 3), layer("tanh")}, {layer("dense", 3), layer("identity")}), {3},
                  objective_of("mse", config), 2);
  bench.theta = Tensor(DType::f64, bench.theta.shape());
  const Parameter& w = bench.network.parameters()[0];
  for (int64_t i = 0; i < 3; ++i) bench.theta.as<double>()[w.offset + 4 * i] = 1;
  const Parameter& output_bias = bench.network.parameters()[3];
  for (int64_t i = 0; i < 3; ++i) bench.theta.as<double>()[output_bias.offset + i] = -2;
  copy(tensor_of({2, 3}, {0.5, -0.5, 0, 1, 1, -1}), bench.inputs());
  return bench.penalty();
}

const double kCode = (2 * std::tanh(0.5) + 3 * std::tanh(1)) / 2;
constexpr double kOutput = 6;

TEST(SparseL1, SumsAbsoluteValuesOverUnitsAndTakesTheMeanOverTheBatch) {
  EXPECT_NEAR(value_of({.weight = 1}), kCode, 1e-14);
}

TEST(SparseL1, IsDividedByTheUnitsWhenMeansAreAskedFor) {
  EXPECT_NEAR(value_of({.weight = 1, .reduction = UnitReduction::mean}), kCode / 3, 1e-14);
}

TEST(SparseL1, AddsUpEveryActivationWhenHiddenLayersArePenalized) {
  EXPECT_NEAR(value_of({.weight = 1, .on = PenalizedLayers::hidden}), kCode + kOutput, 1e-14);
  EXPECT_NEAR(value_of({.weight = 1, .on = PenalizedLayers::hidden, .reduction = UnitReduction::mean}),
              (kCode + kOutput) / 3, 1e-14);
}

TEST(SparseL1, ReportsItsValueWithoutItsWeight) { EXPECT_NEAR(value_of({.weight = 1e-3}), kCode, 1e-14); }

/// The gradient where every activation of the code is zero but could grow.
std::vector<double> gradient_at_zero(double weight) {
  Workbench bench(model({layer("dense", 3), layer("identity")}, {layer("dense", 3)}), {3},
                  objective_of("mse", SparseL1Config{.weight = weight}), 2);
  for (const Parameter& p : bench.network.parameters())
    if (p.name.starts_with("encoder")) std::fill_n(p.in(bench.theta.view()).as<double>(), p.shape.size(), 0.0);
  Tensor grad(DType::f64, bench.theta.shape());
  bench.objective.evaluate(bench.theta, bench.batch, grad);
  return values_of(grad);
}

TEST(SparseL1, HasNoGradientWhereTheActivationIsZero) { EXPECT_EQ(gradient_at_zero(1), gradient_at_zero(0)); }

TEST(SparseL1, RefusesNetworksWithoutActivations) {
  const Network linear(model({layer("dense", 2)}, {layer("dense", 3)}), {3});
  EXPECT_EQ(message_of<Error>([&] { SparseL1({.weight = 1, .on = PenalizedLayers::hidden}, linear); }),
            "on = \"hidden\": the network has no activation layer");
}

}  // namespace
}  // namespace hourglass

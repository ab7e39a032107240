#include "hourglass/objective/weight_decay.h"

#include <gtest/gtest.h>

#include "support/networks.h"
#include "support/numbers.h"

namespace hourglass {
namespace {

struct Weights {
  Weights()
      : network(model({layer("dense", 1)}, {layer("dense", 2)}), {2}), theta(DType::f64, {network.parameter_count()}) {
    // encoder W (1, 2), b (1); decoder W (2, 1), b (2), each at a multiple of 16.
    for (const auto& [at, value] : {std::pair<int, double>{0, 1}, {1, -2}, {16, 100}, {32, 3}, {33, -4}, {48, 100}})
      theta.as<double>()[at] = value;
  }

  Network network;
  Tensor theta;
};

TEST(WeightDecay, SumsSquaredWeightsAndLeavesBiasesOut) {
  const Weights w;
  EXPECT_EQ(WeightDecay(w.network).value(w.theta, {}, 7), 1 + 4 + 9 + 16);
}

TEST(WeightDecay, HasTwiceTheWeightsAsGradient) {
  const Weights w;
  Tensor grad(DType::f64, w.theta.shape());
  WeightDecay(w.network).add_parameter_gradient(w.theta, {}, 7, 0.5, 0, grad);
  std::vector<double> expected(64, 0.0);
  expected[0] = 1, expected[1] = -2, expected[32] = 3, expected[33] = -4;
  EXPECT_EQ(values_of(grad), expected);
}

TEST(WeightDecay, GivesAnyPartOfTheGradient) {
  const Weights w;
  Tensor grad(DType::f64, {40});
  // θ[1, 33): the second encoder weight to the first decoder weight.
  WeightDecay(w.network).add_parameter_gradient(w.theta, {}, 7, 0.5, 1, grad.view().part(0, {32}));
  std::vector<double> expected(40, 0.0);
  expected[0] = -2, expected[31] = 3;
  EXPECT_EQ(values_of(grad), expected);
}

TEST(WeightDecay, AddsToTheGradientThatIsThere) {
  const Weights w;
  Tensor grad = tensor_of({2}, {10, 10});
  WeightDecay(w.network).add_parameter_gradient(w.theta, {}, 7, 0.5, 0, grad);
  EXPECT_EQ(values_of(grad), (std::vector<double>{11, 8}));
}

}  // namespace
}  // namespace hourglass

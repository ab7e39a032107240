#include "hourglass/objective/contractive.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "support/message_of.h"
#include "support/networks.h"
#include "support/numbers.h"

namespace hourglass {
namespace {

const std::vector<std::string> kActivations = {"identity",   "sigmoid", "tanh",     "relu",
                                               "leaky_relu", "elu",     "softplus", "gelu"};

ObjectiveConfig contractive() { return objective_of("", ContractiveConfig{.weight = 1}); }

std::vector<double> code(Workbench& bench) {
  bench.network.forward(bench.theta, bench.lane.input(), bench.lane.activations, 0, bench.network.code_end());
  return values_of(bench.network.value(bench.lane.activations, bench.network.code_end() - 1, bench.lane.rows));
}

/// Mean over rows of ‖∂h/∂x‖²_F by central differences of the code.
double brute_force(Workbench& bench) {
  constexpr double h = 1e-5;
  const int64_t inputs = bench.lane.target.view().columns();
  double total = 0;
  for (int64_t j = 0; j < inputs; ++j) {
    const auto shifted = [&](double by) {
      for (int64_t n = 0; n < bench.lane.rows; ++n) bench.lane.target.as<double>()[n * inputs + j] += by;
      return code(bench);
    };
    const auto above = shifted(h), below = shifted(-2 * h);
    shifted(h);
    for (size_t i = 0; i < above.size(); ++i) total += std::pow((above[i] - below[i]) / (2 * h), 2);
  }
  return total / static_cast<double>(bench.lane.rows);
}

void expect_as_by_brute_force(const ModelConfig& network, const Shape& input) {
  Workbench bench(network, input, contractive());
  const double value = bench.penalty();
  EXPECT_GT(value, 0);
  EXPECT_NEAR(value, brute_force(bench), 1e-6 * value);
}

TEST(Contractive, IsTheJacobianByBruteForce) {
  for (const std::string& s : kActivations) {
    SCOPED_TRACE(s);
    expect_as_by_brute_force(model({layer("dense", 4), layer(s)}, {layer("dense", 7)}), {7});
  }
}

TEST(Contractive, IsTheJacobianByBruteForceOnImages) {
  expect_as_by_brute_force(model({layer("dense", 4), layer("sigmoid")}, {layer("dense", 18)}), {2, 3, 3});
}

TEST(Contractive, IsTheSquaredNormOfALinearEncodersWeights) {
  for (const auto& encoder :
       std::vector<std::vector<LayerConfig>>{{layer("dense", 4)}, {layer("dense", 4), layer("identity")}}) {
    Workbench bench(model(encoder, {layer("dense", 7)}), {7}, contractive());
    double norm = 0;
    for (const double w : values_of(bench.network.parameters()[0].in(bench.theta.view()))) norm += w * w;
    EXPECT_NEAR(bench.penalty(), norm, 1e-13);
  }
}

TEST(Contractive, IsTheMeanOverTheBatch) {
  const auto network = model({layer("dense", 4), layer("sigmoid")}, {layer("dense", 7)});
  Workbench one(network, {7}, contractive(), 1), many(network, {7}, contractive(), 5);
  for (int64_t n = 0; n < 5; ++n) std::copy_n(one.lane.target.as<double>(), 7, many.lane.target.as<double>() + n * 7);
  EXPECT_NEAR(many.penalty(), one.penalty(), 1e-14);
}

TEST(Contractive, GivesAnyPartOfItsParameterGradient) {
  Workbench bench(model({layer("dense", 4), layer("sigmoid")}, {layer("dense", 7)}), {7}, contractive());
  std::vector<double> sums(static_cast<size_t>(bench.objective.sums_size()));
  bench.terms();
  bench.objective.combine({&bench.lane, 1}, sums);
  Tensor whole(DType::f64, bench.theta.shape()), parts(DType::f64, bench.theta.shape());
  bench.objective.add_parameter_gradients(bench.theta, sums, bench.lane.rows, 0, whole);
  for (int64_t first = 0; first < whole.size(); first += 5) {
    const View part = parts.view().part(first, {std::min<int64_t>(5, whole.size() - first)});
    bench.objective.add_parameter_gradients(bench.theta, sums, bench.lane.rows, first, part);
  }
  EXPECT_EQ(values_of(parts), values_of(whole));
}

std::string refusal(const std::vector<LayerConfig>& encoder, const Shape& input, const ContractiveConfig& config = {}) {
  const Network network(model(encoder, {layer("dense", input.size())}), input);
  return message_of<Error>([&] { Contractive(config, network); });
}

const std::string kRefusal =
    "contractive: this version knows encoders of one dense layer and at most one activation behind it; "
    "this one has other layers (";

TEST(Contractive, RefusesDeeperEncoders) {
  EXPECT_EQ(refusal({layer("dense", 4), layer("sigmoid"), layer("dense", 2)}, {7}), kRefusal + "2 with weights)");
  EXPECT_EQ(refusal({layer("dense", 4), layer("sigmoid"), layer("tanh")}, {7}), kRefusal + "1 with weights)");
}

TEST(Contractive, RefusesConvolutions) {
  EXPECT_EQ(refusal({layer("conv2d", 4, 3), layer("sigmoid")}, {1, 4, 4}), kRefusal + "1 with weights)");
  EXPECT_EQ(refusal({layer("conv2d", 4, 3), layer("dense", 2)}, {1, 4, 4}), kRefusal + "2 with weights)");
}

TEST(Contractive, RefusesWhateverStandsBeforeTheDenseLayer) {
  EXPECT_EQ(refusal({layer("tanh"), layer("dense", 4)}, {7}), kRefusal + "1 with weights)");
  EXPECT_EQ(refusal({layer("max_pool2d", 3, 0, 1), layer("dense", 4)}, {1, 4, 4}), kRefusal + "1 with weights)");
  EXPECT_EQ(refusal({layer("tanh"), layer("max_pool2d", 2), layer("dense", 4)}, {1, 4, 4}),
            kRefusal + "1 with weights)");
}

TEST(Contractive, RefusesEncodersWithoutWeights) {
  EXPECT_EQ(refusal({layer("sigmoid")}, {7}), kRefusal + "0 with weights)");
}

TEST(Contractive, RefusesProbesWhereTheExactValueIsFree) {
  EXPECT_EQ(refusal({layer("dense", 4)}, {7}, {.probes = 2}),
            "contractive: probes are for deeper encoders; one dense layer is exact at no cost");
}

}  // namespace
}  // namespace hourglass

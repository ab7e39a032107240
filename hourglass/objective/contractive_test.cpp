#include "hourglass/objective/contractive.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "hourglass/objective/jacobian/jacobian_closed.h"
#include "hourglass/objective/jacobian/jacobian_rows.h"
#include "support/message_of.h"
#include "support/networks.h"
#include "support/numbers.h"

namespace hourglass {
namespace {

const std::vector<std::string> kActivations = {"identity",   "sigmoid", "tanh",     "relu",
                                               "leaky_relu", "elu",     "softplus", "gelu"};

ObjectiveConfig contractive() { return objective_of("", ContractiveConfig{.weight = 1, .force = true}); }

/// Mean over rows of ‖∂h/∂x‖²_F by central differences of the code.
double brute_force(Workbench& bench) {
  constexpr double h = 1e-5;
  const int64_t inputs = bench.inputs().columns();
  double total = 0;
  for (int64_t j = 0; j < inputs; ++j) {
    const auto shifted = [&](double by) {
      for (int64_t n = 0; n < bench.batch.rows(); ++n) bench.inputs().as<double>()[n * inputs + j] += by;
      return bench.code(bench.inputs());
    };
    const auto above = shifted(h), below = shifted(-2 * h);
    shifted(h);
    for (size_t i = 0; i < above.size(); ++i) total += std::pow((above[i] - below[i]) / (2 * h), 2);
  }
  return total / static_cast<double>(bench.batch.rows());
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

TEST(Contractive, SeesTheSelectedUnitsAlone) {
  expect_as_by_brute_force(model({layer("dense", 9), layer("topk", 3)}, {layer("dense", 7)}), {7});
  expect_as_by_brute_force(
      model({layer("dense", 9), layer("topk", 3), layer("dense", 4), layer("tanh")}, {layer("dense", 7)}), {7});
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
  for (int64_t n = 0; n < 5; ++n) std::copy_n(one.inputs().as<double>(), 7, many.inputs().as<double>() + n * 7);
  EXPECT_NEAR(many.penalty(), one.penalty(), 1e-14);
}

TEST(Contractive, GivesAnyPartOfItsParameterGradient) {
  Workbench bench(model({layer("dense", 4), layer("sigmoid")}, {layer("dense", 7)}), {7}, contractive());
  bench.terms();
  const std::vector<double>& sums = bench.batch.sums;
  Tensor whole(DType::f64, bench.theta.shape()), parts(DType::f64, bench.theta.shape());
  bench.objective.add_parameter_gradients(bench.theta, sums, bench.batch.rows(), 0, whole);
  for (int64_t first = 0; first < whole.size(); first += 5) {
    const View part = parts.view().part(first, {std::min<int64_t>(5, whole.size() - first)});
    bench.objective.add_parameter_gradients(bench.theta, sums, bench.batch.rows(), first, part);
  }
  EXPECT_EQ(values_of(parts), values_of(whole));
}

const std::vector<LayerConfig> kDeep = {layer("dense", 6), layer("tanh"),     layer("dense", 5),
                                        layer("gelu"),     layer("dense", 3), layer("sigmoid")};
const std::vector<LayerConfig> kConvolutions = {layer("conv2d", 3, 3), layer("softplus"), layer("max_pool2d", 2, 0, 1),
                                                layer("conv2d", 2, 2), layer("tanh"),     layer("dense", 4)};

TEST(Contractive, IsTheJacobianByBruteForceAtAnyDepth) {
  expect_as_by_brute_force(model(kDeep, {layer("dense", 7)}), {7});
  // More units than twice the inputs: no Gram matrix.
  expect_as_by_brute_force(model({layer("dense", 20), layer("elu"), layer("dense", 3)}, {layer("dense", 7)}), {7});
  // Activations first, side by side and last; no activation at all.
  expect_as_by_brute_force(model({layer("tanh"), layer("dense", 4)}, {layer("dense", 7)}), {7});
  expect_as_by_brute_force(model({layer("dense", 4), layer("sigmoid"), layer("tanh")}, {layer("dense", 7)}), {7});
  expect_as_by_brute_force(model({layer("dense", 4), layer("dense", 3)}, {layer("dense", 7)}), {7});
}

TEST(Contractive, IsTheJacobianByBruteForceOfConvolutionsAndPools) {
  expect_as_by_brute_force(model(kConvolutions, {layer("dense", 36)}), {1, 6, 6});
  expect_as_by_brute_force(
      model({layer("conv2d", 2, 3, 2, 1), layer("tanh"), layer("conv_transpose2d", 1, 2, 2)}, {layer("dense", 50)}),
      {2, 5, 5});
  expect_as_by_brute_force(model({layer("max_pool2d", 2), layer("dense", 3)}, {layer("dense", 16)}), {1, 4, 4});
}

TEST(Contractive, IsTheJacobianByBruteForceOfReshapingAndUpsampling) {
  expect_as_by_brute_force(model({layer("conv2d", 2, 3),
                                  layer("tanh"),
                                  {"reshape", ReshapeConfig{{3, 2, 3}}},
                                  layer("upsample2d", 2),
                                  layer("conv2d", 2, 3),
                                  layer("softplus")},
                                 {layer("dense", 25)}),
                           {1, 5, 5});
}

/// A batch too tall for one tile, a code too wide for one.
TEST(Contractive, DoesNotDependOnTiles) {
  const auto network = model({layer("dense", 300), layer("tanh"), layer("dense", 280)}, {layer("dense", 100)});
  Workbench bench(network, {100}, contractive(), 9);
  double mean = 0;
  for (int64_t n = 0; n < 9; ++n) {
    Workbench one(network, {100}, contractive(), 1);
    std::copy_n(bench.inputs().as<double>() + n * 100, 100, one.inputs().as<double>());
    mean += one.penalty() / 9;
  }
  EXPECT_NEAR(bench.penalty(), mean, 1e-12 * mean);
}

/// The same map by three methods: closed form, Gram matrix, and rows down to the input behind an identity.
TEST(Contractive, IsTheSameByEveryMethod) {
  const auto decoder = {layer("dense", 7)};
  const std::vector<LayerConfig> one = {layer("dense", 5), layer("sigmoid")};
  Workbench closed(model(one, decoder), {7}, contractive());
  Workbench gram(model({one[0], one[1], layer("identity")}, decoder), {7}, contractive());
  Workbench rows(model({layer("identity"), one[0], one[1]}, decoder), {7}, contractive());
  EXPECT_TRUE(JacobianClosed::fits(closed.network));
  EXPECT_FALSE(JacobianClosed::fits(gram.network));
  EXPECT_TRUE(JacobianRows(gram.network, 0, Random(0, Stream::probes)).uses_gram());
  EXPECT_FALSE(JacobianRows(rows.network, 0, Random(0, Stream::probes)).uses_gram());
  EXPECT_NEAR(gram.penalty(), closed.penalty(), 1e-13);
  EXPECT_NEAR(rows.penalty(), closed.penalty(), 1e-13);
}

TEST(Contractive, HasUnbiasedProbes) {
  const auto network = model(kDeep, {layer("dense", 7)});
  Workbench exact(network, {7}, contractive());
  auto estimated = objective_of("", ContractiveConfig{.weight = 1, .probes = 3});
  Workbench bench(network, {7}, estimated);
  constexpr int kDraws = 2000;
  double sum = 0, squares = 0;
  for (int draw = 0; draw < kDraws; ++draw) {
    bench.epoch = static_cast<uint32_t>(draw);
    const double value = bench.penalty();
    sum += value;
    squares += value * value;
  }
  const double mean = sum / kDraws, error = std::sqrt((squares / kDraws - mean * mean) / kDraws);
  EXPECT_GT(error, 0);
  EXPECT_NEAR(mean, exact.penalty(), 3 * error);
}

TEST(Contractive, IsExactWithProbesWhenTheCodeIsOneUnit) {
  const auto network = model({layer("dense", 5), layer("tanh"), layer("dense", 1)}, {layer("dense", 7)});
  Workbench exact(network, {7}, contractive()),
      probed(network, {7}, objective_of("", ContractiveConfig{.weight = 1, .probes = 2}));
  EXPECT_NEAR(probed.penalty(), exact.penalty(), 1e-12);
}

TEST(Contractive, RefusesWhatTakesTooLongUnlessForced) {
  const auto network =
      model({layer("conv2d", 8, 3), layer("tanh")}, {layer("conv_transpose2d", 1, 3), layer("sigmoid")});
  const Network built(network, {1, 12, 12});
  const auto make = [&](const ContractiveConfig& config) {
    return message_of<Error>([&] { Contractive(config, built, 0); });
  };
  EXPECT_EQ(make({.weight = 1}),
            "contractive \"exact\" needs 800 rows of 144 per sample (about 400 × a plain step, more than 100); "
            "use probes = 8, or force = true");
  EXPECT_EQ(make({.weight = 1, .force = true}), "nothing was thrown");
  EXPECT_EQ(make({.weight = 1, .probes = 8}), "nothing was thrown");
}

}  // namespace
}  // namespace hourglass

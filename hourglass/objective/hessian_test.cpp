#include "hourglass/objective/hessian.h"

#include <gtest/gtest.h>

#include <cmath>

#include "hourglass/objective/corruption.h"
#include "support/message_of.h"
#include "support/networks.h"
#include "support/numbers.h"

namespace hourglass {
namespace {

/// ∂h/∂x of the first row of `input` by central differences, (inputs, units).
std::vector<double> jacobian(Workbench& bench, const Tensor& input) {
  constexpr double h = 1e-5;
  const auto code = [&](int64_t j, double by) {
    Tensor x = input.clone();
    x.as<double>()[j] += by;
    return bench.code(x);
  };
  std::vector<double> rows;
  for (int64_t j = 0; j < input.size(); ++j) {
    const auto above = code(j, h), below = code(j, -h);
    for (size_t i = 0; i < above.size(); ++i) rows.push_back((above[i] - below[i]) / (2 * h));
  }
  return rows;
}

/// mean over rows and noises of ‖J(x) − J(x+ε)‖²_F.
double brute_force(Workbench& bench, const HessianConfig& config) {
  const int64_t inputs = bench.inputs().columns();
  double total = 0;
  for (int64_t n = 0; n < bench.batch.rows(); ++n)
    for (int64_t e = 0; e < config.samples; ++e) {
      Tensor x(DType::f64, {1, inputs}), noisy(DType::f64, {1, inputs});
      std::copy_n(bench.inputs().as<double>() + n * inputs, inputs, x.as<double>());
      const auto sample = static_cast<uint32_t>(n);
      add_gaussian(Random(0, Stream::hessian), config.std, x, bench.epoch, {&sample, 1}, static_cast<uint32_t>(e),
                   noisy);
      const auto here = jacobian(bench, x), there = jacobian(bench, noisy);
      for (size_t i = 0; i < here.size(); ++i) total += std::pow(here[i] - there[i], 2);
    }
  return total / static_cast<double>(bench.batch.rows() * config.samples);
}

const std::vector<LayerConfig> kDeep = {layer("dense", 6), layer("tanh"),     layer("dense", 5),
                                        layer("gelu"),     layer("dense", 3), layer("sigmoid")};
const std::vector<LayerConfig> kConvolutions = {layer("conv2d", 3, 3), layer("softplus"), layer("max_pool2d", 2, 0, 1),
                                                layer("conv2d", 2, 2), layer("tanh"),     layer("dense", 4)};

TEST(Hessian, IsTheChangeOfTheJacobianByBruteForce) {
  const HessianConfig config{.weight = 1, .std = 0.3, .samples = 3, .force = true};
  const auto expect_right = [&](const std::vector<LayerConfig>& encoder, const Shape& input) {
    Workbench bench(model(encoder, {layer("dense", input.size())}), input, objective_of("", config));
    const double value = bench.penalty();
    EXPECT_GT(value, 0);
    EXPECT_NEAR(value, brute_force(bench, config), 1e-6 * value);
  };
  expect_right({layer("dense", 4), layer("sigmoid")}, {7});                   // closed form
  expect_right(kDeep, {7});                                                   // Gram matrix
  expect_right({layer("dense", 20), layer("tanh"), layer("dense", 3)}, {7});  // rows to the input
  expect_right(kConvolutions, {1, 6, 6});
  expect_right({layer("tanh"), layer("dense", 4), layer("gelu")}, {7});
}

TEST(Hessian, IsZeroForALinearEncoder) {
  for (const auto& encoder :
       std::vector<std::vector<LayerConfig>>{{layer("dense", 4)}, {layer("dense", 5), layer("dense", 3)}}) {
    Workbench bench(model(encoder, {layer("dense", 7)}), {7}, objective_of("", HessianConfig{.weight = 1}));
    EXPECT_LT(bench.penalty(), 1e-28);
  }
}

TEST(Hessian, IsTheSameByEveryMethod) {
  const auto value = [](const std::vector<LayerConfig>& encoder) {
    return Workbench(model(encoder, {layer("dense", 7)}), {7}, objective_of("", HessianConfig{.weight = 1})).penalty();
  };
  const std::vector<LayerConfig> one = {layer("dense", 5), layer("sigmoid")};
  const double closed = value(one);
  EXPECT_GT(closed, 0);
  EXPECT_NEAR(value({one[0], one[1], layer("identity")}), closed, 1e-12 * closed);
  EXPECT_NEAR(value({layer("identity"), one[0], one[1]}), closed, 1e-12 * closed);
}

TEST(Hessian, DrawsOtherNoiseInEveryEpochAndIsRepeatable) {
  Workbench bench(model(kDeep, {layer("dense", 7)}), {7}, objective_of("", HessianConfig{.weight = 1}));
  const double first = bench.penalty();
  EXPECT_EQ(bench.penalty(), first);
  bench.epoch = 1;
  EXPECT_NE(bench.penalty(), first);
}

TEST(Hessian, HasUnbiasedProbes) {
  const auto network = model(kDeep, {layer("dense", 7)});
  Workbench exact(network, {7}, objective_of("", HessianConfig{.weight = 1}));
  Workbench probed(network, {7}, objective_of("", HessianConfig{.weight = 1, .probes = 3}));
  constexpr int kDraws = 2000;  // of noise and probes
  double sum = 0, squares = 0;
  for (int draw = 0; draw < kDraws; ++draw) {
    exact.epoch = probed.epoch = static_cast<uint32_t>(draw);
    const double difference = probed.penalty() - exact.penalty();
    sum += difference;
    squares += difference * difference;
  }
  const double mean = sum / kDraws, error = std::sqrt((squares / kDraws - mean * mean) / kDraws);
  EXPECT_GT(error, 0);
  EXPECT_LT(std::abs(mean), 3 * error);
}

/// E‖J(x) − J(x+ε)‖² / σ² tends to the squared norm of the second derivatives, whatever σ.
TEST(Hessian, GrowsWithTheVarianceOfSmallNoise) {
  const auto network = model(kDeep, {layer("dense", 7)});
  const auto per_variance = [&](double std) {
    const HessianConfig config{.weight = 1, .std = std, .samples = 50};
    return Workbench(network, {7}, objective_of("", config)).penalty() / (std * std);
  };
  EXPECT_NEAR(per_variance(1e-4), per_variance(1e-3), 1e-2 * per_variance(1e-3));
}

TEST(Hessian, RefusesWhatTakesTooLongUnlessForced) {
  const auto network =
      model({layer("conv2d", 8, 3), layer("tanh")}, {layer("conv_transpose2d", 1, 3), layer("sigmoid")});
  const Network built(network, {1, 12, 12});
  EXPECT_EQ(message_of<Error>([&] { Hessian({.weight = 1}, built, 0); }),
            "hessian \"exact\" needs 800 rows of 144 per sample (about 400 × a plain step, more than 100); "
            "use probes = 8, or force = true");
}

}  // namespace
}  // namespace hourglass

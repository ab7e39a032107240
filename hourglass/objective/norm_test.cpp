#include <gtest/gtest.h>

#include <cmath>

#include "hourglass/objective/gradient_check.h"
#include "hourglass/tensor/copy.h"
#include "hourglass/tensor/visit.h"
#include "support/message_of.h"
#include "support/networks.h"
#include "support/numbers.h"

namespace hourglass {
namespace {

const LayerConfig kBatchNorm{"batch_norm", NormConfig{.momentum = 0.1}};
const LayerConfig kLayerNorm{"layer_norm", NormConfig{.epsilon = 1e-5}};
const LayerConfig kPrelu{"prelu", PreluConfig{.slope = 0.25, .per_channel = true}};
const LayerConfig kDropout{"dropout", DropoutConfig{0.4}};
LayerConfig group_norm(int64_t groups) { return {"group_norm", NormConfig{.groups = groups}}; }

void expect_gradient_of_finite_differences(const ModelConfig& config, Shape input, const ObjectiveConfig& objective) {
  Workbench bench(config, input, objective, 6);
  for (int64_t i = 0; i < bench.theta.size(); i += 7) bench.theta.as<double>()[i] += 0.1;  // scales other than 1
  for (const GradientCheck& c : check_gradient(bench.objective, bench.batch, bench.theta, 25)) {
    EXPECT_GT(c.checked + c.too_small, 0) << c.parameter;
    EXPECT_LT(c.relative_error, 1e-6) << c.parameter;
  }
}

TEST(BatchNorm, HasTheGradientOfFiniteDifferences) {
  expect_gradient_of_finite_differences(
      model({layer("dense", 5), kBatchNorm, layer("tanh")}, {layer("dense", 4), kBatchNorm, layer("dense", 7)}), {7},
      objective_of("mse", SparseL1Config{.weight = 0.1}));
  expect_gradient_of_finite_differences(
      model({layer("conv2d", 3, 3), kBatchNorm, layer("gelu")}, {layer("dense", 72), layer("sigmoid")}), {2, 6, 6},
      objective_of("bce"));
}

/// With the Jacobian's penalties, which need the second order.
TEST(Normalisation, HasTheGradientOfFiniteDifferences) {
  const auto objective = objective_of("mse", ContractiveConfig{.weight = 0.5, .force = true},
                                      HessianConfig{.weight = 0.5, .std = 0.3, .force = true});
  expect_gradient_of_finite_differences(
      model({layer("dense", 6), kLayerNorm, layer("tanh"), layer("dense", 4), group_norm(2)},
            {layer("dense", 6), group_norm(3), layer("dense", 7)}),
      {7}, objective);
  expect_gradient_of_finite_differences(
      model({layer("conv2d", 4, 3), group_norm(2), layer("tanh"), kLayerNorm}, {layer("dense", 50)}), {2, 5, 5},
      objective);
  expect_gradient_of_finite_differences(
      model({layer("dense", 6), kPrelu, kDropout, layer("dense", 4), layer("silu")}, {layer("dense", 7)}), {7},
      objective);
}

/// A batch far from 0 beside its deviation.
TEST(BatchNorm, KeepsItsDigitsBesideALargeMean) {
  const Network network(model({kBatchNorm}, {layer("dense", 3)}), {3});
  for (const DType dtype : {DType::f32, DType::f64}) {
    const Tensor theta = fresh_weights(network, dtype, 1);
    MicroBatch batch(network, dtype, 64);
    Tensor x(dtype, {64, 3});
    visit_floats(x.view(), [](auto all) {
      for (size_t i = 0; i < all.size(); ++i) all[i] = static_cast<float>(4096 + 0.25 * static_cast<double>(i / 3 % 2));
    });
    batch.begin(x, 64, {.mode = Mode::training});
    ASSERT_FALSE(network.forward(theta, batch, 1));
    network.forward(theta, batch, 1, batch.sums);
    for (const double y : values_of(batch.output(0)))
      EXPECT_NEAR(std::abs(y), 0.125 / std::hypot(0.125, std::sqrt(1e-5)), 1e-4);
  }
}

TEST(BatchNorm, RefusesABatchWithoutVariance) {
  const Network dense(model({layer("dense", 4), kBatchNorm}, {layer("dense", 7)}), {7});
  EXPECT_EQ(message_of<Error>([&] { dense.check_batch(1); }),
            "encoder[1] batch_norm: a batch of one row has a single value per feature, which has no variance; training "
            "needs at least 2 rows");
  dense.check_batch(2);
  Network(model({layer("conv2d", 2, 3), kBatchNorm}, {layer("dense", 25)}), {1, 5, 5}).check_batch(1);
}

TEST(BatchNorm, LeavesARowNoJacobianOfItsOwn) {
  const Network network(model({layer("dense", 4), kBatchNorm}, {layer("dense", 7)}), {7});
  EXPECT_EQ(message_of<Error>([&] { Objective(objective_of("", ContractiveConfig{.weight = 1}), network); }),
            "contractive: layer 1 of the encoder combines the rows of a batch, so a row has no Jacobian of its own");
}

TEST(GroupNorm, RefusesGroupsThatDoNotFit) {
  const auto refusal = [](int64_t groups) {
    return message_of<Error>([&] {
      Network(model({layer("dense", 6), group_norm(groups)}, {layer("dense", 7)}), {7});
    });
  };
  EXPECT_EQ(refusal(4), "encoder[1] group_norm: 6 channels do not divide into 4 groups of the same size");
  EXPECT_EQ(refusal(6), "encoder[1] group_norm: a group of one value has no variance; use fewer than 6 groups");
}

TEST(Scales, BeginAsTheyShouldAndAreNotDecayed) {
  ModelConfig config = model({layer("dense", 4), kBatchNorm, kPrelu, kLayerNorm}, {layer("dense", 4)});
  config.tied = false;
  config.init.kind = InitKind::he;
  const Network network(config, {4});
  Tensor theta(DType::f64, {network.parameter_count()});
  initialise(network, config.init, 1, theta);
  std::map<std::string, double> expected = {{"encoder.1.weight", 1},
                                            {"encoder.1.bias", 0},
                                            {"encoder.2.weight", 0.25},
                                            {"encoder.3.weight", 1},
                                            {"encoder.3.bias", 0}};
  double decayed = 0;
  for (const Parameter& p : network.parameters()) {
    const auto values = values_of(p.in(theta.view()));
    if (expected.contains(p.name)) {
      EXPECT_FALSE(p.is_decayed()) << p.name;
      for (const double v : values) EXPECT_EQ(v, expected.at(p.name)) << p.name;
    } else if (p.is_decayed()) {
      for (const double v : values) decayed += v * v;
    }
  }
  Workbench bench(config, {4}, objective_of("", WeightDecayConfig{.weight = 1}));
  copy(theta, bench.theta);
  EXPECT_NEAR(bench.penalty(), decayed, 1e-12);
}

TEST(Scales, StandBetweenTiedWeights) {
  ModelConfig config =
      model({layer("dense", 4), kBatchNorm, layer("dense", 2)}, {layer("dense", 4), kBatchNorm, layer("dense", 7)});
  config.tied = true;
  std::vector<std::string> names;
  const Network network(config, {7});
  for (const Parameter& p : network.parameters()) names.push_back(p.name);
  EXPECT_EQ(names, (std::vector<std::string>{"encoder.0.weight", "encoder.0.bias", "encoder.1.weight", "encoder.1.bias",
                                             "encoder.2.weight", "encoder.2.bias", "decoder.0.bias", "decoder.1.weight",
                                             "decoder.1.bias", "decoder.2.bias"}));
}

/// The output of a dropout layer on ones for samples of these ids.
std::vector<double> dropped(const PassContext& context, const LayerConfig& config = kDropout) {
  const Network network(model({config}, {layer("dense", 1000)}), {1000});
  const Tensor theta = fresh_weights(network, DType::f32, 1);
  MicroBatch batch(network, DType::f32, 3);
  fill(1, batch.input_buffer(3));
  batch.begin(3, 3, context);
  network.forward(theta, batch, 1);
  return values_of(batch.output(0));
}

TEST(Dropout, IsKeyedByEpochSampleAndLayer) {
  const std::array<uint32_t, 3> ids = {5, 6, 7}, moved = {7, 5, 6};
  const auto first = dropped({.mode = Mode::training, .seed = 1, .epoch = 2, .sample_ids = ids});
  const auto again = dropped({.mode = Mode::training, .seed = 1, .epoch = 2, .sample_ids = moved});
  EXPECT_TRUE(std::equal(first.begin(), first.begin() + 2000, again.begin() + 1000));
  EXPECT_NE(first, dropped({.mode = Mode::training, .seed = 1, .epoch = 3, .sample_ids = ids}));
  EXPECT_NE(first, dropped({.mode = Mode::training, .seed = 2, .epoch = 2, .sample_ids = ids}));
  int64_t zeros = 0;
  for (const double y : first) {
    zeros += y == 0;
    EXPECT_TRUE(y == 0 || y == static_cast<double>(static_cast<float>(1 / 0.6))) << y;
  }
  EXPECT_NEAR(static_cast<double>(zeros), 1200, 5 * std::sqrt(3000 * 0.24));
}

TEST(Dropout, IsTheIdentityOutsideTraining) {
  for (const Mode mode : {Mode::evaluation, Mode::encoding})
    EXPECT_EQ(dropped({.mode = mode}), std::vector<double>(3000, 1.0));
}

TEST(Dropout, KeepsNoUnitIntervalForSparseKl) {
  const Network network(model({layer("dense", 4), layer("sigmoid"), kDropout}, {layer("dense", 7)}), {7});
  EXPECT_NE(message_of<Error>([&] { Objective(objective_of("", SparseKlConfig{.weight = 1}), network); }), "");
}

}  // namespace
}  // namespace hourglass

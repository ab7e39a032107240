#include "hourglass/objective/sparse_kl.h"

#include <gtest/gtest.h>

#include <cmath>

#include "support/message_of.h"
#include "support/networks.h"
#include "support/numbers.h"

namespace hourglass {
namespace {

const Network& two_sigmoids() {
  static const Network network(model({layer("dense", 2), layer("sigmoid")}, {layer("dense", 4), layer("sigmoid")}),
                               {4});
  return network;
}

SparseKlConfig config(double target, const std::string& on = "code", const std::string& reduction = "sum") {
  return {.weight = 1,
          .target = target,
          .on = *find_named<PenalizedLayers>(on),
          .reduction = *find_named<UnitReduction>(reduction)};
}

/// The value when these are the mean activations over ten rows.
double value_at(const SparseKlConfig& c, std::vector<double> means) {
  for (double& m : means) m *= 10;
  return SparseKl(c, two_sigmoids()).value({}, means, 10);
}

double kl(double target, double mean) {
  return target * std::log(target / mean) + (1 - target) * std::log((1 - target) / (1 - mean));
}

TEST(SparseKl, IsZeroAtTheTarget) {
  for (const double target : {0.05, 0.5, 0.9}) EXPECT_NEAR(value_at(config(target), {target, target}), 0, 1e-15);
}

TEST(SparseKl, RefusesDrawnCodes) {
  const Network drawn(model({layer("dense", 4), layer("sigmoid"), layer("gaussian", 2)}, {layer("dense", 4)}), {4});
  EXPECT_NE(message_of<Error>([&] { SparseKl(config(0.1), drawn); }).find("needs activations in [0, 1]"),
            std::string::npos);
}

TEST(SparseKl, GrowsAwayFromTheTarget) {
  double below = 0, above = 0;
  for (double d = 0.02; d < 0.19; d += 0.02) {
    EXPECT_GT(value_at(config(0.2), {0.2 - d, 0.2}), below);
    EXPECT_GT(value_at(config(0.2), {0.2 + d, 0.2}), above);
    below = value_at(config(0.2), {0.2 - d, 0.2});
    above = value_at(config(0.2), {0.2 + d, 0.2});
  }
}

TEST(SparseKl, IsTheDivergenceOfBothOutcomesSummedOverUnits) {
  EXPECT_NEAR(value_at(config(0.1), {0.3, 0.6}), kl(0.1, 0.3) + kl(0.1, 0.6), 1e-14);
}

TEST(SparseKl, IsDividedByTheUnitsWhenMeansAreAskedFor) {
  EXPECT_NEAR(value_at(config(0.1, "code", "mean"), {0.3, 0.6}), (kl(0.1, 0.3) + kl(0.1, 0.6)) / 2, 1e-14);
}

TEST(SparseKl, AddsUpLayersEachDividedByItsOwnUnits) {
  const std::vector<double> means = {0.3, 0.6, 0.2, 0.2, 0.4, 0.1};
  const double code = kl(0.1, 0.3) + kl(0.1, 0.6);
  const double output = kl(0.1, 0.2) * 2 + kl(0.1, 0.4) + kl(0.1, 0.1);
  EXPECT_NEAR(value_at(config(0.1, "hidden"), means), code + output, 1e-14);
  EXPECT_NEAR(value_at(config(0.1, "hidden", "mean"), means), code / 2 + output / 4, 1e-14);
}

TEST(SparseKl, StaysFiniteForSilentAndSaturatedUnits) {
  EXPECT_TRUE(std::isfinite(value_at(config(0.1), {0, 1})));
  EXPECT_GT(value_at(config(0.1), {0, 0.1}), value_at(config(0.1), {1e-5, 0.1}));
}

TEST(SparseKl, TakesTheMeanOverTheBatch) {
  Workbench bench(model({layer("dense", 2), layer("sigmoid")}, {layer("dense", 4), layer("sigmoid")}), {4},
                  objective_of("", config(0.1)), 6);
  const double value = bench.penalty();
  const auto code = values_of(bench.batch.output(1));
  double means[2] = {};
  for (size_t i = 0; i < code.size(); ++i) means[i % 2] += code[i] / 6;
  EXPECT_NEAR(value, kl(0.1, means[0]) + kl(0.1, means[1]), 1e-14);
}

TEST(SparseKl, CouplesTheRowsOfABatch) { EXPECT_TRUE(SparseKl(config(0.1), two_sigmoids()).couples_rows()); }

std::string refusal(const ModelConfig& network, const Shape& input, const std::string& on = "code") {
  const Network n(network, input);
  return message_of<Error>([&] { SparseKl(config(0.1, on), n); });
}

TEST(SparseKl, RefusesRelu) {
  EXPECT_EQ(refusal(model({layer("dense", 2), layer("relu")}, {layer("dense", 4)}), {4}),
            "sparse_kl: needs activations in [0, 1], but the penalised layer ends in relu; use \"sigmoid\" there, or "
            "sparse_l1");
}

TEST(SparseKl, RefusesEverythingThatCanLeaveTheUnitInterval) {
  for (const std::string s : {"identity", "tanh", "relu", "leaky_relu", "elu", "softplus", "gelu"})
    EXPECT_NE(refusal(model({layer("dense", 2), layer(s)}, {layer("dense", 4)}), {4}).find(s), std::string::npos);
}

TEST(SparseKl, RefusesACodeWithoutActivation) {
  EXPECT_NE(refusal(model({layer("dense", 2)}, {layer("dense", 4)}), {4}).find("ends in no activation"),
            std::string::npos);
}

TEST(SparseKl, RefusesOneReluAmongTheHiddenLayers) {
  const auto mixed =
      model({layer("dense", 2), layer("sigmoid")}, {layer("dense", 3), layer("relu"), layer("dense", 4)});
  EXPECT_EQ(refusal(mixed, {4}), "nothing was thrown");
  EXPECT_NE(refusal(mixed, {4}, "hidden").find("ends in relu"), std::string::npos);
}

TEST(SparseKl, AllowsPooledSigmoid) {
  const auto pooled = [](const std::string& s) {
    return model({layer("conv2d", 3, 3), layer(s), layer("max_pool2d", 2)}, {layer("conv_transpose2d", 1, 4, 2)});
  };
  EXPECT_EQ(refusal(pooled("sigmoid"), {1, 6, 6}), "nothing was thrown");
  EXPECT_NE(refusal(pooled("relu"), {1, 6, 6}).find("ends in relu"), std::string::npos);
}

}  // namespace
}  // namespace hourglass

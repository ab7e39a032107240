#include "hourglass/objective/mmd.h"

#include <gtest/gtest.h>

#include "hourglass/objective/gradient_check.h"
#include "hourglass/tensor/noise.h"
#include "support/message_of.h"
#include "support/networks.h"
#include "support/numbers.h"

namespace hourglass {
namespace {

const ModelConfig kPlain = model({layer("dense", 5), layer("tanh"), layer("dense", 3)},
                                 {layer("dense", 5), layer("tanh"), layer("dense", 6), layer("sigmoid")});
const ModelConfig kGaussian = model({layer("dense", 5), layer("tanh"), layer("dense", 6), layer("gaussian", 3)},
                                    {layer("dense", 6), layer("sigmoid")});

TEST(Mmd, IsTheUnbiasedEstimateOverAllPairs) {
  Workbench bench(kPlain, {6}, objective_of("bce", MmdConfig{.weight = 1, .scales = {0.5, 2}}), 4);
  const double found = bench.penalty();
  const std::vector<double> z = bench.code(bench.inputs());
  Tensor draws(DType::f64, {4, 3});
  fill_normal(Random(0, Stream::prior), 0, {}, 0, draws);
  const std::vector<double> p = values_of(draws);
  const auto kernel = [](const std::vector<double>& a, size_t i, const std::vector<double>& b, size_t j) {
    double squared = 0;
    for (size_t k = 0; k < 3; ++k) squared += (a[3 * i + k] - b[3 * j + k]) * (a[3 * i + k] - b[3 * j + k]);
    return 3 / (3 + squared) + 12 / (12 + squared);  // c = 2 · 3 units · scale
  };
  double expected = 0;
  for (size_t i = 0; i < 4; ++i)
    for (size_t j = 0; j < 4; ++j) {
      if (i != j) expected += (kernel(z, i, z, j) + kernel(p, i, p, j)) / 12;
      expected -= 2 * kernel(z, i, p, j) / 16;
    }
  EXPECT_NEAR(found, expected, 1e-13);
}

TEST(Mmd, IsZeroOnAverageForCodesFromThePrior) {
  const auto widths = imq_widths(MmdConfig().scales, 2);
  double sum = 0, far = 0;
  constexpr int kTrials = 200;
  for (int trial = 0; trial < kTrials; ++trial) {
    Tensor a = normals(DType::f64, {20, 2}, 2 * trial), b = normals(DType::f64, {20, 2}, 2 * trial + 1);
    const auto estimate = [&] {
      return unbiased_mmd(ops::imq_kernel(widths, a, a, 0, {}) + ops::imq_kernel(widths, b, b, 0, {}),
                          ops::imq_kernel(widths, a, b, 0, {}), 20, widths.size());
    };
    sum += estimate() / kTrials;
    ops::scale(3, a);
    far += estimate() / kTrials;
  }
  EXPECT_NEAR(sum, 0, 0.02);
  EXPECT_GT(far, 0.3);
}

TEST(Mmd, HasTheGradientOfFiniteDifferences) {
  for (const ModelConfig& config : {kPlain, kGaussian}) {
    Workbench bench(config, {6}, objective_of("bce", MmdConfig{.weight = 0.8}));
    for (const GradientCheck& c : check_gradient(bench.objective, bench.batch, bench.theta, 20)) {
      EXPECT_GT(c.checked, 0) << c.parameter;
      EXPECT_LT(c.relative_error, 1e-7) << c.parameter;
    }
  }
}

TEST(Mmd, NeedsTwoRows) {
  const Network network(kPlain, {6});
  const Objective objective(objective_of("bce", MmdConfig{.weight = 1}), network);
  objective.check_batch_rows(2);
  EXPECT_EQ(message_of<Error>([&] { objective.check_batch_rows(1); }),
            "[objective] mmd: a batch has 1 row, expected at least 2; choose another batch_size");
}

}  // namespace
}  // namespace hourglass

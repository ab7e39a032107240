#include <gtest/gtest.h>

#include <cmath>

#include "hourglass/tensor/ops.h"
#include "support/numbers.h"

namespace hourglass {
namespace {

constexpr int64_t kRows = 5;

/// μ and ln σ² of `units` units.
Twin parameters(int64_t units) { return normal_twin({kRows, 2 * units}, static_cast<uint64_t>(units)); }

TEST(GaussianOps, SampleLikeTheReference) {
  for (const int64_t units : kLengths) {
    Twin in = parameters(units), noise = normal_twin({kRows, units}, 2), out = zero_twin({kRows, units});
    on_both([&](auto of) { ops::gaussian_sample(of(in), of(noise), of(out)); });
    EXPECT_LT(out.difference(), 1e-6) << units;
  }
}

TEST(GaussianOps, PropagateGradientsLikeTheReference) {
  for (const int64_t units : kLengths) {
    Twin in = parameters(units), noise = normal_twin({kRows, units}, 2), out = zero_twin({kRows, units});
    Twin gradient = normal_twin({kRows, units}, 3), result = zero_twin({kRows, 2 * units});
    on_both([&](auto of) {
      ops::gaussian_sample(of(in), of(noise), of(out));
      ops::gaussian_backward(of(in), of(out), of(gradient), of(result));
    });
    EXPECT_LT(result.difference(), 2e-6) << units;
  }
}

TEST(GaussianOps, MeasureDivergenceLikeTheReference) {
  for (const int64_t units : kLengths) {
    Twin in = parameters(units), gradient = normal_twin({kRows, 2 * units}, 4);
    std::vector<double> factors, sums[2];
    for (int64_t j = 0; j < units; ++j) factors.push_back(0.1 * static_cast<double>(j % 7));
    int side = 0;
    on_both([&](auto of) {
      sums[side].resize(static_cast<size_t>(units));
      ops::gaussian_kl(of(in), sums[side++]);
      ops::add_gaussian_kl_gradient(factors, of(in), of(gradient));
    });
    for (int64_t j = 0; j < units; ++j) EXPECT_NEAR(sums[0][j], sums[1][j], 1e-6 * (1 + sums[1][j])) << units;
    EXPECT_LT(gradient.difference(), 1e-6) << units;
  }
}

TEST(GaussianOps, AreExactNextToThePrior) {
  Twin in = zero_twin({1, 6});
  for (const int64_t j : {3, 4, 5})
    in.exact.as<double>()[j] = in.fast.as<float>()[j] = 0x1p-10f * static_cast<float>(j - 3);
  std::vector<double> sums(3);
  ops::gaussian_kl(in.fast, sums);
  EXPECT_EQ(sums[0], 0);
  for (const int j : {1, 2}) {
    const double v = 0x1p-10 * j;
    EXPECT_NEAR(sums[j], (std::expm1(v) - v) / 2, 1e-4 * v * v);
  }
}

TEST(GaussianOps, ComputeKernelsLikeTheReference) {
  const std::vector<double> widths = {0.5, 3, 40};
  for (const int64_t units : {1, 2, 7, 8, 16, 33, 129}) {
    Twin x = normal_twin({6, units}, 5), y = normal_twin({9, units}, 6), gradient = normal_twin({6, units}, 7);
    const Scalars sum = scalars([&](auto of) { return ops::imq_kernel(widths, of(x), of(y), -0.3, of(gradient)); });
    const Scalars plain = scalars([&](auto of) { return ops::imq_kernel(widths, of(x), of(y), 0, {}); });
    EXPECT_NEAR(sum.fast, sum.exact, 1e-6 * sum.exact) << units;
    EXPECT_EQ(plain.fast, sum.fast) << units;
    EXPECT_LT(gradient.difference(), 1e-6) << units;
  }
}

TEST(GaussianOps, AKernelIsOneForEqualRows) {
  const Tensor x = normals(DType::f32, {1, 5}, 1);
  EXPECT_EQ(ops::imq_kernel(std::vector<double>{0.1, 2}, x, x, 0, {}), 2);
}

}  // namespace
}  // namespace hourglass

#include "hourglass/objective/corruption.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "support/numbers.h"

namespace hourglass {
namespace {

constexpr int64_t kRows = 200, kFeatures = 500;
constexpr double kCount = kRows * kFeatures;

std::vector<uint32_t> first_samples(int64_t rows) {
  std::vector<uint32_t> samples(static_cast<size_t>(rows));
  std::iota(samples.begin(), samples.end(), 0u);
  return samples;
}

Tensor corrupted(const CorruptionConfig& c, const Tensor& clean, uint32_t epoch = 0, uint64_t seed = 1) {
  Tensor noisy(clean.dtype(), clean.shape());
  Corruption(c, seed).apply(clean, epoch, first_samples(clean.rows()), noisy);
  return noisy;
}

Tensor halves() { return uniforms(DType::f32, {kRows, kFeatures}, 1, 0.5, 0.5); }

/// Share of elements that f picks.
template <class F>
double share(const Tensor& t, F f) {
  double count = 0;
  for (const double v : values_of(t)) count += f(v);
  return count / static_cast<double>(t.size());
}

double five_errors(double p) { return 5 * std::sqrt(p * (1 - p) / kCount); }

TEST(GaussianCorruption, AddsNoiseOfTheGivenDeviationAndDoesNotClip) {
  const auto noisy = values_of(corrupted({.gaussian = 0.4}, halves()));
  double mean = 0, variance = 0;
  for (const double v : noisy) mean += (v - 0.5) / kCount;
  for (const double v : noisy) variance += std::pow(v - 0.5 - mean, 2) / kCount;
  EXPECT_NEAR(mean, 0, 5 * 0.4 / std::sqrt(kCount));
  EXPECT_NEAR(std::sqrt(variance), 0.4, 5 * 0.4 / std::sqrt(2 * kCount));
  // Φ(−1.25)
  EXPECT_NEAR(share(corrupted({.gaussian = 0.4}, halves()), [](double v) { return v > 1; }), 0.10565,
              five_errors(0.10565));
  EXPECT_NEAR(share(corrupted({.gaussian = 0.4}, halves()), [](double v) { return v < 0; }), 0.10565,
              five_errors(0.10565));
}

TEST(MaskingCorruption, ZeroesItsFractionAndLeavesTheRest) {
  const Tensor noisy = corrupted({.masking = 0.3}, halves());
  EXPECT_NEAR(share(noisy, [](double v) { return v == 0; }), 0.3, five_errors(0.3));
  EXPECT_EQ(share(noisy, [](double v) { return v == 0 || v == 0.5; }), 1);
}

TEST(SaltPepperCorruption, SetsItsFractionToZeroOrOneEvenly) {
  const Tensor noisy = corrupted({.salt_pepper = 0.3}, halves());
  EXPECT_NEAR(share(noisy, [](double v) { return v == 0; }), 0.15, five_errors(0.15));
  EXPECT_NEAR(share(noisy, [](double v) { return v == 1; }), 0.15, five_errors(0.15));
  EXPECT_EQ(share(noisy, [](double v) { return v == 0 || v == 0.5 || v == 1; }), 1);
}

const std::vector<CorruptionConfig> kKinds = {{.gaussian = 0.3}, {.masking = 0.3}, {.salt_pepper = 0.3}};

TEST(Corruption, DoesNotDependOnBatchBoundaries) {
  for (const CorruptionConfig& c : kKinds) {
    const Tensor clean = uniforms(DType::f32, {10, 33}, 1, 0.2, 0.8);
    const Tensor whole = corrupted(c, clean, 3);
    // The same samples in other company and order.
    Tensor parts(DType::f32, {10, 33});
    const std::vector<uint32_t> samples = first_samples(10);
    for (const auto& [first, count] : {std::pair<int64_t, int64_t>{7, 3}, {0, 1}, {1, 6}})
      Corruption(c, 1).apply(clean.view().slice(first, count), 3,
                             std::span(samples).subspan(static_cast<size_t>(first), static_cast<size_t>(count)),
                             parts.view().slice(first, count));
    EXPECT_EQ(values_of(parts), values_of(whole));
  }
}

TEST(Corruption, DiffersBySeedEpochAndSample) {
  for (const CorruptionConfig& c : kKinds) {
    const Tensor clean = uniforms(DType::f32, {2, 100}, 1, 0.5, 0.5);
    const auto noisy = values_of(corrupted(c, clean, 0, 1));
    EXPECT_EQ(values_of(corrupted(c, clean, 0, 1)), noisy);
    EXPECT_NE(values_of(corrupted(c, clean, 1, 1)), noisy);
    EXPECT_NE(values_of(corrupted(c, clean, 0, 2)), noisy);
    EXPECT_NE(std::vector(noisy.begin(), noisy.begin() + 100), std::vector(noisy.begin() + 100, noisy.end()));
  }
}

TEST(Corruption, IsTheSameInBothPrecisions) {
  for (const CorruptionConfig& c : kKinds) {
    const Tensor clean = uniforms(DType::f32, {3, 33}, 1, 0.2, 0.8);
    EXPECT_LT(relative_difference(corrupted(c, clean), corrupted(c, clean.cast(DType::f64))), 1e-6);
  }
}

TEST(Corruption, IsInactiveWithoutAnyKind) {
  EXPECT_FALSE(Corruption({}, 1).is_active());
  for (const CorruptionConfig& c : kKinds) EXPECT_TRUE(Corruption(c, 1).is_active());
}

}  // namespace
}  // namespace hourglass

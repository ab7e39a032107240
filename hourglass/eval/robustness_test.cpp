#include "hourglass/eval/robustness.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "support/measuring.h"

namespace hourglass {
namespace {

constexpr int64_t kRows = 600, kFeatures = 6;

/// code = encode·x, reconstruction = decode·code.
Autoencoder scaling(double encode, double decode) {
  Autoencoder a(model({layer("dense", kFeatures)}, {layer("dense", kFeatures)}), {kFeatures}, DType::f64);
  const auto diagonal = [](double value) {
    return [value](int64_t i) { return i / kFeatures == i % kFeatures ? value : 0.0; };
  };
  set(a, 0, diagonal(encode));
  set(a, 2, diagonal(decode));
  return a;
}

Robustness robustness_of(const Autoencoder& a, const Dataset& data, const CorruptionConfig& corruption,
                         const EvaluationOptions& options = {}) {
  return Measured(a, data, options).with([&](const MeasuredRows& rows) { return robustness(rows, corruption); });
}

TEST(Robustness, OfAModelThatReturnsItsInputIsTheNoise) {
  const Dataset data = uniform_rows(kRows, kFeatures);
  const auto r = robustness_of(scaling(1, 1), data, {.gaussian = 0.3});
  EXPECT_NEAR(r.noise, 0.09, 0.005);
  EXPECT_NEAR(r.corrupted_mse, r.noise, 1e-14);
  // Inputs uniform on [0, 1] have a variance of 1/12.
  EXPECT_NEAR(r.code_displacement, std::sqrt(r.noise * 12), 0.05);
  EXPECT_NEAR(r.code_displacement, std::sqrt(r.noise * kFeatures / trace(values_of(data), kFeatures)), 1e-12);
}

TEST(Robustness, OfTheCodeDoesNotDependOnItsScale) {
  const Dataset data = uniform_rows(kRows, kFeatures);
  const auto plain = robustness_of(scaling(1, 1), data, {.masking = 0.25}),
             small = robustness_of(scaling(1e-3, 1e3), data, {.masking = 0.25});
  EXPECT_NEAR(small.code_displacement, plain.code_displacement, 1e-12);
  EXPECT_NEAR(small.corrupted_mse, plain.corrupted_mse, 1e-12);
}

TEST(Robustness, OfAModelThatIgnoresItsInputIsItsError) {
  const Dataset data = uniform_rows(kRows, kFeatures);
  const Autoencoder a = scaling(1, 0);
  EXPECT_NEAR(robustness_of(a, data, {.salt_pepper = 0.4}).corrupted_mse, measure(a, data, "mse"), 1e-14);
}

/// x masked with probability p: mean (x̃ − x)² = p · mean x².
TEST(Robustness, MasksAsManyFeaturesAsAsked) {
  const Dataset data = uniform_rows(kRows, kFeatures);
  EXPECT_NEAR(robustness_of(scaling(1, 1), data, {.masking = 0.25}).noise, 0.25 / 3, 0.005);
}

TEST(Robustness, BelongsToTheSetOfRowsAlone) {
  const Autoencoder a = scaling(1, 0.5);
  const Dataset data = uniform_rows(kRows, kFeatures);
  const CorruptionConfig noise{.gaussian = 0.2};
  const auto once = robustness_of(a, data, noise), threads = robustness_of(a, data, noise, {.threads = 3});
  EXPECT_EQ(once.corrupted_mse, threads.corrupted_mse);
  EXPECT_EQ(once.code_displacement, threads.code_displacement);
  for (const auto& other :
       {robustness_of(a, reversed(data), noise), robustness_of(a, data, noise, {.chunk_rows = 13})}) {
    EXPECT_NEAR(other.corrupted_mse, once.corrupted_mse, 1e-12);
    EXPECT_NEAR(other.code_displacement, once.code_displacement, 1e-12);
  }
}

/// Every model sees the same noise. It is added to the clean rows, even where the evaluation corrupts its inputs.
TEST(Robustness, ComparesWithTheCleanRows) {
  const Dataset data = uniform_rows(kRows, kFeatures);
  const auto to_zero = [](ConstView, std::span<const uint32_t>, View input) {
    std::fill_n(input.as<double>(), input.size(), 0.0);
  };
  const auto plain = robustness_of(scaling(1, 1), data, {.gaussian = 0.2}),
             other = robustness_of(scaling(2, 1), data, {.gaussian = 0.2}, {.corrupt_input = to_zero});
  EXPECT_EQ(other.noise, plain.noise);
  EXPECT_NEAR(other.code_displacement, plain.code_displacement, 1e-12);
}

}  // namespace
}  // namespace hourglass

#include "hourglass/eval/analysis/contraction_curve.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "support/measuring.h"

namespace hourglass {
namespace {

constexpr int64_t kRows = 600, kFeatures = 5;

/// A dense layer of this matrix, and an activation.
Autoencoder encoder(const std::vector<double>& matrix, const std::string& activation = "identity") {
  const auto units = static_cast<int64_t>(matrix.size()) / kFeatures;
  Autoencoder a(model({layer("dense", units), layer(activation)}, {layer("dense", kFeatures)}), {kFeatures},
                DType::f64);
  set(a, 0, [&](int64_t i) { return matrix[i]; });
  return a;
}

std::vector<double> diagonal(double value) {
  std::vector<double> m(kFeatures * kFeatures);
  for (int64_t i = 0; i < kFeatures; ++i) m[i * kFeatures + i] = value;
  return m;
}

ContractionCurve curve_of(const Autoencoder& a, const Dataset& data, const std::vector<double>& radii,
                          const EvaluationOptions& options = {}) {
  return Measured(a, data, options).with([&](const MeasuredRows& rows) { return contraction_curve(rows, radii); });
}

TEST(ContractionCurve, IsFlatForALinearCode) {
  const auto curve = curve_of(encoder(diagonal(3)), uniform_rows(kRows, kFeatures), {0.01, 1, 100});
  EXPECT_EQ(curve.radii, (std::vector<double>{0.01, 1, 100}));
  for (const double ratio : curve.ratios) EXPECT_NEAR(ratio, 3, 1e-10);
}

/// For a projection on one of two axes of a plane it is the mean of |cos|.
TEST(ContractionCurve, AveragesOverDirections) {
  const Shape plane = {2};
  Autoencoder a(model({layer("dense", 1)}, {layer("dense", 2)}), plane, DType::f64);
  set(a, 0, [](int64_t i) { return i == 0 ? 1.0 : 0.0; });
  const auto curve = curve_of(a, uniform_rows(4000, 2), {1});
  EXPECT_NEAR(curve.ratios[0], 2 / std::numbers::pi, 0.02);
}

/// A sigmoid code cannot move farther than √units.
TEST(ContractionCurve, FallsWithTheRadiusWhereUnitsSaturate) {
  const auto curve = curve_of(encoder(diagonal(4), "sigmoid"), uniform_rows(kRows, kFeatures), {0.25, 8, 32});
  EXPECT_TRUE(std::ranges::is_sorted(curve.ratios, std::greater<>()));
  EXPECT_LT(curve.ratios.back(), 0.2 * curve.ratios.front());
}

/// In small steps it is ‖J·direction‖, whose mean square is ‖J‖²_F / D.
TEST(ContractionCurve, BeginsAtTheJacobian) {
  const auto matrix = values_of(normals(DType::f64, {3, kFeatures}, 6));
  const Autoencoder a = encoder(matrix, "tanh");
  const Dataset data = uniform_rows(4000, kFeatures);
  const double ratio = curve_of(a, data, {1e-4}).ratios[0];
  const double frobenius = measure(a, data, "jacobian_frobenius") / std::sqrt(kFeatures);
  EXPECT_LT(ratio, 1.02 * frobenius);
  EXPECT_GT(ratio, 0.8 * frobenius);
}

TEST(ContractionCurve, BelongsToTheSetOfRowsAlone) {
  const Autoencoder a = encoder(diagonal(2), "tanh");
  const Dataset data = uniform_rows(kRows, kFeatures);
  const auto once = curve_of(a, data, kRadii);
  EXPECT_EQ(once, curve_of(a, data, kRadii, {.threads = 3}));
  for (const auto& other : {curve_of(a, reversed(data), kRadii), curve_of(a, data, kRadii, {.chunk_rows = 17})})
    for (size_t i = 0; i < kRadii.size(); ++i) EXPECT_NEAR(other.ratios[i], once.ratios[i], 1e-12);
}

TEST(ContractionCurve, StartsWhereTheEncoderStands) {
  const Autoencoder a = encoder(diagonal(2), "tanh");
  const Dataset data = uniform_rows(kRows, kFeatures);
  const auto far_out = [](ConstView, std::span<const uint32_t>, View input) {
    std::fill_n(input.as<double>(), input.size(), 10.0);
  };
  EXPECT_GT(curve_of(a, data, {1}).ratios[0], 0.1);
  EXPECT_LT(curve_of(a, data, {1}, {.corrupt_input = far_out}).ratios[0], 1e-6);
}

}  // namespace
}  // namespace hourglass

#include "hourglass/eval/pca.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <numbers>

#include "hourglass/eval/metrics.h"
#include "support/message_of.h"
#include "support/networks.h"
#include "support/numbers.h"

namespace hourglass {
namespace {

/// Orthonormal rows: the mirror image of the unit vectors.
std::vector<std::vector<double>> mirrored(int64_t n) {
  std::vector<double> w(n);
  double norm = 0;
  for (int64_t i = 0; i < n; ++i) norm += std::pow(w[i] = static_cast<double>(i % 5 + 1), 2);
  std::vector rows(n, std::vector<double>(n));
  for (int64_t i = 0; i < n; ++i)
    for (int64_t j = 0; j < n; ++j) rows[i][j] = (i == j ? 1.0 : 0.0) - 2 * w[i] * w[j] / norm;
  return rows;
}

constexpr int64_t kFeatures = 5;
const std::vector<double> kStretch = {4, 3, 2, 1, 0.5};

/// Rows mean ± stretch_k · direction_k: the covariance has eigenvalues stretch_k² / features.
Dataset crystal() {
  const auto directions = mirrored(kFeatures);
  std::vector<float> values;
  for (size_t k = 0; k < kStretch.size(); ++k)
    for (const double sign : {1.0, -1.0})
      for (size_t j = 0; j < kStretch.size(); ++j)
        values.push_back(static_cast<float>(static_cast<double>(j) + sign * kStretch[k] * directions[k][j]));
  return {"crystal", {kFeatures}, std::move(values), {}};
}

/// normals(), each feature with its own scale and offset.
Dataset cloud(int64_t rows, int64_t features) {
  std::vector<float> values;
  const Tensor z = normals(DType::f64, {rows, features}, 3);
  for (int64_t i = 0; i < z.size(); ++i) {
    const auto j = static_cast<double>(i % features);
    values.push_back(static_cast<float>(z.as<double>()[i] * (1 + j / 10) + j));
  }
  return {"cloud", {features}, std::move(values), {}};
}

TEST(PrincipalComponents, AreTheKnownOnes) {
  const auto p = principal_components(crystal(), {}, 1);
  const auto expected = mirrored(kFeatures);
  for (size_t k = 0; k < kStretch.size(); ++k) {
    EXPECT_NEAR(p.variances[k], kStretch[k] * kStretch[k] / kFeatures, 1e-6);
    double overlap = 0;
    for (int64_t j = 0; j < kFeatures; ++j) overlap += p.directions.as<double>()[k * kFeatures + j] * expected[k][j];
    EXPECT_NEAR(std::abs(overlap), 1, 1e-10);
  }
}

/// C v = λ v with C by its definition, over several chunks of rows and blocks of columns.
TEST(PrincipalComponents, AreEigenvectorsOfTheCovariance) {
  constexpr int64_t kRows = 1100, kWide = 150;
  const Dataset data = cloud(kRows, kWide);
  const auto p = principal_components(data, {}, 2);
  const auto& x = std::get<1>(data.values);
  std::vector<double> mean(kWide), result(kWide);
  for (size_t i = 0; i < x.size(); ++i) mean[i % kWide] += x[i] / double{kRows};
  for (const int64_t k : {0, 1, 70, 149}) {
    const double* v = p.directions.as<double>() + k * kWide;
    std::ranges::fill(result, 0.0);
    for (int64_t i = 0; i < kRows; ++i) {
      double along = 0;
      for (int64_t j = 0; j < kWide; ++j) along += (x[i * kWide + j] - mean[j]) * v[j];
      for (int64_t j = 0; j < kWide; ++j) result[j] += along * (x[i * kWide + j] - mean[j]) / kRows;
    }
    for (int64_t j = 0; j < kWide; ++j) EXPECT_NEAR(result[j], p.variances[k] * v[j], 1e-9 * p.variances[0]);
  }
}

TEST(PrincipalComponents, AreTheSameOnAnyNumberOfThreads) {
  const Dataset data = cloud(1100, 150);
  const auto one = principal_components(data, {}, 1), many = principal_components(data, {}, 3);
  EXPECT_EQ(one.variances, many.variances);
  EXPECT_EQ(values_of(one.directions), values_of(many.directions));
}

TEST(PrincipalComponents, AreThoseOfTheScaledData) {
  const Dataset data = crystal();
  const Scaler doubled{ScalerKind::standard, {7}, {2}};
  const auto plain = principal_components(data, {}, 1), scaled = principal_components(data, doubled, 1);
  for (size_t k = 0; k < kStretch.size(); ++k) EXPECT_NEAR(scaled.variances[k], 4 * plain.variances[k], 1e-5);
}

TEST(PrincipalComponents, RefuseWhatDoesNotFit) {
  const Scaler scaler{ScalerKind::standard, {0, 0}, {1, 1}};
  EXPECT_EQ(message_of<Error>([&] { principal_components(crystal(), scaler, 1); }),
            "crystal: samples have 5 features, the scaler was fitted to 2");
  const Dataset wide{"wide", {5000}, std::vector<float>(10000), {}};
  EXPECT_EQ(message_of<Error>([&] { principal_components(wide, {}, 1); }),
            "wide: principal components of 5000 features; at most 4096 are supported");
}

/// The first two of `mirrored`, the second turned towards the last by an angle in degrees, in another basis.
double measured(double degrees) {
  const auto v = mirrored(kFeatures);
  const double angle = degrees * std::numbers::pi / 180;
  Tensor learned(DType::f64, {2, kFeatures}), principal(DType::f64, {2, kFeatures});
  for (int64_t j = 0; j < kFeatures; ++j) {
    const double turned = std::cos(angle) * v[1][j] + std::sin(angle) * v[4][j];
    learned.as<double>()[j] = 2 * v[0][j] + 30 * turned;
    learned.as<double>()[kFeatures + j] = v[0][j] - turned;
    principal.as<double>()[j] = v[0][j];
    principal.as<double>()[kFeatures + j] = v[1][j];
  }
  return largest_angle(learned, principal);
}

TEST(LargestAngle, IsAPlantedOne) {
  for (const double degrees : {3.0, 45.0, 89.0, 1e-3}) EXPECT_NEAR(measured(degrees), degrees, 1e-9 * degrees);
  EXPECT_NEAR(measured(1e-9), 1e-9, 1e-12) << "an arc cosine would give 0 or 1e-6";
  EXPECT_LT(measured(0), 1e-12);
  EXPECT_NEAR(measured(90), 90, 1e-6);
}

TEST(LargestAngle, IsARightOneWhenADirectionIsMissing) {
  const auto principal = tensor_of({2, 3}, {1, 0, 0, 0, 1, 0});
  EXPECT_EQ(largest_angle(tensor_of({2, 3}, {1, 1, 0, 2, 2, 0}), principal), 90);
  EXPECT_EQ(largest_angle(tensor_of({2, 3}, {0, 0, 0, 0, 0, 0}), principal), 90);
}

Autoencoder fresh(const ModelConfig& config, Shape input, DType dtype = DType::f64) {
  Autoencoder a(config, input, dtype);
  initialise(a.network(), {}, 1, a.theta());
  return a;
}

/// Linear layers whose weights are functions of (row, column), without biases.
template <class Encode, class Decode>
Autoencoder linear(int64_t features, int64_t units, DType dtype, Encode encode, Decode decode) {
  Autoencoder a(model({layer("dense", units)}, {layer("dense", features)}), {features}, dtype);
  Tensor theta(DType::f64, a.theta().shape());
  const auto fill = [&](const Parameter& p, auto f) {
    double* w = p.in(theta.view()).template as<double>();
    for (int64_t i = 0; i < p.shape.size(); ++i) w[i] = f(i / p.shape[1], i % p.shape[1]);
  };
  fill(a.network().parameters()[0], encode);
  fill(a.network().parameters()[2], decode);
  const Tensor rounded = theta.cast(dtype);
  std::memcpy(a.theta().bytes(), rounded.view().bytes(), rounded.size() * size_of(dtype));
  return a;
}

double value(const Metrics& metrics, const std::string& name) {
  for (const auto& [n, v] : metrics)
    if (n == name) return std::get<double>(v);
  ADD_FAILURE() << name << " was not measured";
  return NAN;
}

const std::vector<std::string> kPca = {"pca"};

TEST(Pca, MeasuresAnExactPrincipalAutoencoderAsPerfect) {
  const Dataset data = crystal();
  const auto v = mirrored(kFeatures);
  // Not the eigenvectors themselves, but a basis of what they span.
  const auto encode = [&](int64_t i, int64_t j) { return i == 0 ? v[0][j] + v[1][j] : v[1][j]; };
  const auto decode = [&](int64_t j, int64_t i) { return i == 0 ? v[0][j] : v[1][j] - v[0][j]; };
  for (const DType dtype : {DType::f32, DType::f64}) {
    Autoencoder a = linear(kFeatures, 2, dtype, encode, decode);
    a.scaler = fit_scaler(ScalerKind::center, data, std::vector<uint32_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
    const Metrics metrics = evaluate(a, data, kPca);
    EXPECT_EQ(metrics.size(), 3u);
    EXPECT_NEAR(value(metrics, "pca_mse"), (4 + 1 + 0.25) / kFeatures / kFeatures, 1e-6);
    EXPECT_NEAR(value(metrics, "pca_gap"), 0, 1e-6);
    EXPECT_LT(value(metrics, "pca_angle"), 0.01);
  }
}

TEST(Pca, MeasuresTheGapToTheOptimum) {
  const Dataset data = crystal();
  const auto v = mirrored(kFeatures);
  // Directions 0 and 4 instead of 0 and 1: the error grows by the variance of 1 and shrinks by that of 4.
  Autoencoder a = linear(
      kFeatures, 2, DType::f64, [&](int64_t i, int64_t j) { return v[4 * i][j]; },
      [&](int64_t j, int64_t i) { return v[4 * i][j]; });
  a.scaler = fit_scaler(ScalerKind::center, data, std::vector<uint32_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
  const Metrics metrics = evaluate(a, data, kPca);
  EXPECT_NEAR(value(metrics, "pca_gap"), (9 - 0.25) / (4 + 1 + 0.25), 1e-5);
  EXPECT_NEAR(value(metrics, "pca_angle"), 90, 1e-4);
}

TEST(Pca, TakesAnyLinearDecoder) {
  const Shape image = {1, 4, 4};
  const auto convolutions =
      model({layer("conv2d", 2, 2, 2), layer("tanh")},
            {layer("conv_transpose2d", 3, 2), layer("conv_transpose2d", 1, 2), layer("identity")});
  const auto dense = model({layer("dense", 3)}, {layer("dense", 4), layer("identity"), layer("dense", 16)});
  for (const auto& config : {convolutions, dense}) {
    const Autoencoder a = fresh(config, image);
    const Inference inference(a, 1);
    const auto columns = decoder_columns(a, inference);
    ASSERT_TRUE(columns);
    // decode(h) = decode(0) + Σ h_k column_k
    const int64_t units = columns->rows();
    Tensor codes = normals(DType::f64, {2, units}, 4);
    std::fill_n(codes.as<double>(), units, 0.0);
    const Tensor decoded = inference.decode(codes);
    for (int64_t j = 0; j < 16; ++j) {
      double expected = decoded.as<double>()[j];
      for (int64_t k = 0; k < units; ++k) expected += codes.as<double>()[units + k] * columns->as<double>()[k * 16 + j];
      EXPECT_NEAR(decoded.as<double>()[16 + j], expected, 1e-12);
    }
  }
}

TEST(Pca, LeavesOutTheAngleWhereTheDecoderIsNotLinear) {
  const Dataset data = cloud(30, 6);
  const std::vector<LayerConfig> encoder = {layer("dense", 2)};
  const auto bent = model(encoder, {layer("dense", 6), layer("tanh")});
  EXPECT_EQ(evaluate(fresh(bent, {6}), data, kPca).size(), 2u);
  const auto refusal = [&](const Autoencoder& a) {
    return message_of<Error>([&] { evaluate(a, data, std::vector<std::string>{"pca_angle"}); });
  };
  EXPECT_EQ(
      refusal(fresh(bent, {6})),
      "pca_angle: the decoder is not linear, so its columns span no subspace; pca_mse and pca_gap apply to any model");
  ModelConfig images = model({layer("conv2d", 2, 3)},
                             {layer("conv_transpose2d", 2, 3), layer("max_pool2d", 3, 0, 1, 1), layer("conv2d", 1, 1)});
  const Autoencoder pools = fresh(images, {1, 5, 5});
  EXPECT_FALSE(decoder_columns(pools, Inference(pools, 1)));
}

TEST(Pca, RefusesACodeThatLeavesNothingOut) {
  const Dataset data = cloud(30, 6);
  const auto a = fresh(model({layer("dense", 6)}, {layer("dense", 6)}), {6});
  EXPECT_EQ(message_of<Error>([&] { evaluate(a, data, kPca); }),
            "pca_mse: the code has 6 units for 6 features; a linear code of this size loses nothing");
  const auto b = fresh(model({layer("dense", 2)}, {layer("dense", 6)}), {6});
  EXPECT_EQ(message_of<Error>([&] { evaluate(b, data.slice(0, 3), kPca); }),
            "pca_gap: 2 principal components explain all of the variance");
}

}  // namespace
}  // namespace hourglass

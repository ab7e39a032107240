#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "hourglass/base/schema/fields_reader.h"
#include "hourglass/base/schema/toml.h"
#include "support/message_of.h"
#include "support/networks.h"
#include "support/numbers.h"

namespace hourglass {
namespace {

struct Moments {
  double mean = 0, variance = 0, largest = 0;
};

Moments moments(const std::vector<double>& values) {
  Moments m;
  for (const double v : values) {
    m.mean += v / static_cast<double>(values.size());
    m.largest = std::max(m.largest, std::abs(v));
  }
  for (const double v : values) m.variance += (v - m.mean) * (v - m.mean) / static_cast<double>(values.size());
  return m;
}

/// Within five standard errors of U(±bound), of its bound, and nowhere beyond it.
void expect_uniform(const std::vector<double>& values, double bound) {
  const Moments m = moments(values);
  const auto n = static_cast<double>(values.size());
  EXPECT_LE(m.largest, bound);
  EXPECT_GT(m.largest, bound * (1 - 10 / n));
  EXPECT_NEAR(m.mean, 0, 5 * bound / std::sqrt(3 * n));
  EXPECT_NEAR(m.variance, bound * bound / 3, 5 * bound * bound * std::sqrt(4.0 / 45 / n));
}

void expect_normal(const std::vector<double>& values, double std) {
  const Moments m = moments(values);
  const auto n = static_cast<double>(values.size());
  EXPECT_NEAR(m.mean, 0, 5 * std / std::sqrt(n));
  EXPECT_NEAR(m.variance, std * std, 5 * std * std * std::sqrt(2 / n));
  EXPECT_GT(m.largest, 3 * std);
}

Network network() {
  return Network(
      model({layer("conv2d", 16, 5), layer("conv_transpose2d", 24, 3), layer("dense", 64)}, {layer("dense", 100)}),
      {1, 10, 10});
}

std::vector<double> initial(const Network& n, const std::string& name, const InitConfig& init) {
  Tensor theta(DType::f64, {n.parameter_count()});
  initialise(n, init, 5, theta);
  for (const Parameter& p : n.parameters())
    if (p.name == name) return values_of(p.in(theta.view()));
  ADD_FAILURE() << "no parameter " << name;
  return {};
}

TEST(Initialise, DrawsPyTorchsUniformWithinTheFanInsRoot) {
  const Network n = network();
  expect_uniform(initial(n, "encoder.0.weight", {InitKind::pytorch}), 1 / std::sqrt(25.0));
  expect_uniform(initial(n, "encoder.2.weight", {InitKind::pytorch}), 1 / std::sqrt(24 * 64.0));
  expect_uniform(initial(n, "decoder.0.weight", {InitKind::pytorch}), 1 / std::sqrt(64.0));
  expect_uniform(initial(n, "decoder.0.bias", {InitKind::pytorch}), 1 / std::sqrt(64.0));
}

TEST(Initialise, CountsATransposedConvolutionsFanInAlongItsOutputs) {
  // PyTorch: weight (in 16, out 24, 3, 3), fan-in = weight.size(1) · 3 · 3.
  expect_uniform(initial(network(), "encoder.1.weight", {InitKind::pytorch}), 1 / std::sqrt(24 * 9.0));
}

TEST(Initialise, DrawsXaviersUniform) {
  expect_uniform(initial(network(), "decoder.0.weight", {InitKind::xavier}), std::sqrt(6.0 / 164));
  expect_uniform(initial(network(), "encoder.0.weight", {InitKind::xavier}), std::sqrt(6.0 / (25 + 400)));
}

TEST(Initialise, DrawsTheOtherFormsOfXavierAndHe) {
  expect_normal(initial(network(), "decoder.0.weight", {InitKind::xavier_normal}), std::sqrt(2.0 / 164));
  expect_uniform(initial(network(), "decoder.0.weight", {InitKind::he_uniform}), std::sqrt(6.0 / 64));
}

TEST(Initialise, GivesALayerItsOwnInit) {
  ModelConfig config = model({layer("dense", 64), layer("dense", 64)}, {layer("dense", 100)});
  std::get<DenseConfig>(config.encoder[1].options).init = InitKind::he;
  const Network n(config, {100});
  expect_uniform(initial(n, "encoder.0.weight", {InitKind::pytorch}), 1 / 10.0);
  expect_normal(initial(n, "encoder.1.weight", {InitKind::pytorch}), std::sqrt(2.0 / 64));
  EXPECT_EQ(initial(n, "encoder.1.bias", {InitKind::pytorch}), std::vector<double>(64, 0.0));
  expect_uniform(initial(n, "decoder.0.weight", {InitKind::pytorch}), 1 / 8.0);
}

/// M Mᵀ of a matrix of so many rows, or Mᵀ M where it is higher than wide.
std::vector<double> products(const std::vector<double>& matrix, size_t rows) {
  const size_t columns = matrix.size() / rows, n = std::min(rows, columns);
  std::vector<double> all;
  for (size_t i = 0; i < n; ++i)
    for (size_t j = 0; j < n; ++j) {
      double sum = 0;
      for (size_t k = 0; k < std::max(rows, columns); ++k)
        sum += rows <= columns ? matrix[i * columns + k] * matrix[j * columns + k]
                               : matrix[k * columns + i] * matrix[k * columns + j];
      all.push_back(sum);
    }
  return all;
}

TEST(Initialise, MakesOrthonormalRowsOrColumns) {
  const Network n = network();
  for (const auto& [name, rows] : {std::pair<std::string, size_t>("encoder.0.weight", 16),
                                   {"encoder.1.weight", 16},
                                   {"encoder.2.weight", 64},
                                   {"decoder.0.weight", 100}}) {
    const auto weight = initial(n, name, {InitKind::orthogonal});
    const auto found = products(weight, rows);
    const auto side = static_cast<size_t>(std::sqrt(static_cast<double>(found.size())));
    EXPECT_EQ(side, std::min(rows, weight.size() / rows)) << name;
    for (size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], i % (side + 1) == 0 ? 1 : 0, 1e-13) << name;
  }
}

TEST(Initialise, LeavesTheScaleOfANormAtOne) {
  const Network n(model({layer("dense", 8), {"batch_norm", NormConfig{.momentum = 0.1}}}, {layer("dense", 8)}), {8});
  EXPECT_EQ(initial(n, "encoder.1.weight", {InitKind::orthogonal}), std::vector<double>(8, 1.0));
}

/// R = Qᵀ A has a positive diagonal, where A is what a normal of deviation 1 would be.
TEST(Initialise, FixesTheSignsOfAnOrthogonalMatrix) {
  const Network n = network();
  const auto q = initial(n, "decoder.0.weight", {InitKind::orthogonal});
  const auto a = initial(n, "decoder.0.weight", {InitKind::normal, 1.0});
  for (size_t i = 0; i < 64; ++i)
    for (size_t j = 0; j <= i; ++j) {
      double r = 0;
      for (size_t k = 0; k < 100; ++k) r += q[k * 64 + i] * a[k * 64 + j];
      if (i == j)
        EXPECT_GT(r, 0) << i;
      else
        EXPECT_NEAR(r, 0, 1e-12) << i << ", " << j;
    }
}

TEST(Initialise, DrawsHesNormal) {
  expect_normal(initial(network(), "decoder.0.weight", {InitKind::he}), std::sqrt(2.0 / 64));
  expect_normal(initial(network(), "encoder.1.weight", {InitKind::he}), std::sqrt(2.0 / (24 * 9)));
}

TEST(Initialise, DrawsANormalOfTheGivenDeviation) {
  expect_normal(initial(network(), "encoder.2.weight", {InitKind::normal, 0.1}), 0.1);
}

TEST(Initialise, StartsBiasesAtZeroExceptInPyTorchsWay) {
  for (const InitKind kind : {InitKind::xavier, InitKind::xavier_normal, InitKind::he, InitKind::he_uniform,
                              InitKind::orthogonal, InitKind::normal})
    EXPECT_EQ(initial(network(), "decoder.0.bias", {kind, 0.1}), std::vector<double>(100, 0.0)) << name_of(kind);
}

Tensor weights(const Network& n, DType dtype, uint64_t seed, InitKind kind) {
  Tensor theta(dtype, {n.parameter_count()});
  initialise(n, {kind, 0.1}, seed, theta);
  return theta;
}

TEST(Initialise, IsAFunctionOfTheSeedAlone) {
  const Network n = network();
  for (const InitKind kind :
       {InitKind::pytorch, InitKind::xavier, InitKind::he, InitKind::orthogonal, InitKind::normal}) {
    EXPECT_EQ(values_of(weights(n, DType::f32, 1, kind)), values_of(weights(n, DType::f32, 1, kind)));
    EXPECT_NE(values_of(weights(n, DType::f32, 1, kind)), values_of(weights(n, DType::f32, 2, kind)));
    EXPECT_EQ(values_of(weights(n, DType::f32, 1, kind)), values_of(weights(n, DType::f64, 1, kind).cast(DType::f32)));
  }
}

TEST(Initialise, LeavesTheSpaceBetweenParametersAtZero) {
  const Network n(model({layer("dense", 3)}, {layer("dense", 5)}), {5});
  const auto theta = values_of(weights(n, DType::f32, 1, InitKind::pytorch));
  for (const Parameter& p : n.parameters())
    for (int64_t i = p.offset + p.shape.size(); i % 16 != 0; ++i) EXPECT_EQ(theta[i], 0) << p.name;
}

TEST(Initialise, GivesEachParameterNumbersOfItsOwn) {
  const Network n(model({layer("dense", 8)}, {layer("dense", 8)}), {8});
  const Tensor theta = weights(n, DType::f32, 1, InitKind::normal);
  EXPECT_NE(values_of(n.parameters()[0].in(theta.view())), values_of(n.parameters()[2].in(theta.view())));
}

TEST(Initialise, RefusesAnUnknownKind) {
  ModelConfig config;
  const Value root = parse_toml("[model]\ninit = \"lecun\"", "r");
  EXPECT_EQ(message_of<Error>([&] { FieldReader(root, "").section("model", config); }),
            "r:2:8: unknown init \"lecun\"; known: pytorch, xavier, xavier_normal, he, he_uniform, "
            "orthogonal, normal, pca");
}

}  // namespace
}  // namespace hourglass

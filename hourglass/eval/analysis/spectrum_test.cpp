#include "hourglass/eval/analysis/spectrum.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "hourglass/tensor/copy.h"
#include "support/golden.h"
#include "support/measuring.h"

namespace hourglass {
namespace {

std::vector<double> spectrum_of(const Autoencoder& a, const Dataset& data, const EvaluationOptions& options = {}) {
  return Measured(a, data, options).with(jacobian_spectrum);
}

void expect_as_in_numpy(const GoldenCase& golden, DType dtype, double tolerance) {
  const Tensor& input = golden.tensors.at("input");
  const Shape& s = input.shape();
  const Shape sample = s.rank() == 2 ? Shape{s[1]} : Shape{s[1], s[2], s[3]};
  Autoencoder a(golden.model(), sample, dtype);
  for (const Parameter& p : a.network().parameters())
    if (golden.tensors.contains(p.name)) copy(golden.tensors.at(p.name).cast(dtype), p.in(a.theta()));
  const auto values = values_of(input), expected = values_of(golden.tensors.at("value"));
  const auto found = spectrum_of(a, {"golden", sample, std::vector<float>(values.begin(), values.end()), {}});
  ASSERT_EQ(found.size(), expected.size());
  for (size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], expected[i], tolerance * expected[0]) << i;
}

TEST(JacobianSpectrum, IsWhatNumPyComputes) {
  const auto cases = golden_cases("spectra");
  EXPECT_EQ(cases.size(), 14u);
  for (const auto& [name, golden] : cases) {
    SCOPED_TRACE(name);
    expect_as_in_numpy(golden, DType::f64, 1e-7);
    expect_as_in_numpy(golden, DType::f32, 1e-5);
  }
}

const Shape kImage = {1, 7, 7};

/// Encoders with a code smaller and one larger than the input.
std::vector<Autoencoder> encoders() {
  std::vector<Autoencoder> all;
  const std::vector<LayerConfig> back = {layer("dense", 49)};
  all.push_back(fresh(model({layer("dense", 6), layer("sigmoid")}, back), kImage));
  all.push_back(fresh(model({layer("dense", 60), layer("tanh")}, back), kImage));
  all.push_back(fresh(model({layer("conv2d", 3, 3), layer("relu"), layer("max_pool2d", 2)}, back), kImage));
  all.push_back(fresh(model({layer("conv2d", 3, 3), layer("relu")}, back), kImage));
  all.push_back(fresh(model({residual({layer("conv2d", 1, 3, 1, 1), layer("tanh")}),
                             residual({layer("dense", 8), layer("tanh")}, {layer("dense", 8)})},
                            back),
                      kImage));
  return all;
}

TEST(JacobianSpectrum, OfARowSquaresAndSumsToTheNorm) {
  for (const Autoencoder& a : encoders())
    for (int64_t row = 0; row < 5; ++row) {
      const Dataset one = uniform_images(5, kImage).slice(row, 1);
      const auto s = spectrum_of(a, one);
      const double norm = measure(a, one, "contractive", {.jacobian = {.exact = true}});
      EXPECT_NEAR(std::inner_product(s.begin(), s.end(), s.begin(), 0.0), norm, 1e-10 * norm);
      EXPECT_TRUE(std::ranges::is_sorted(s, std::greater<>()));
      EXPECT_EQ(static_cast<int64_t>(s.size()), std::min<int64_t>(a.network().code().output().size(), 49));
    }
}

TEST(JacobianSpectrum, IsTheMeanOverRowsWhateverTheirOrder) {
  for (const Autoencoder& a : encoders()) {
    const Dataset data = uniform_images(40, kImage);
    const auto all = spectrum_of(a, data);
    std::vector<double> mean(all.size());
    for (int64_t row = 0; row < data.rows(); ++row) {
      const auto one = spectrum_of(a, data.slice(row, 1));
      for (size_t i = 0; i < mean.size(); ++i) mean[i] += one[i] / static_cast<double>(data.rows());
    }
    EXPECT_EQ(all, spectrum_of(a, data, {.threads = 2}));
    const auto other = spectrum_of(a, reversed(data)), chunks = spectrum_of(a, data, {.chunk_rows = 3});
    for (size_t i = 0; i < mean.size(); ++i) {
      EXPECT_NEAR(all[i], mean[i], 1e-7 * mean[0]);
      EXPECT_NEAR(other[i], mean[i], 1e-7 * mean[0]);
      EXPECT_NEAR(chunks[i], mean[i], 1e-7 * mean[0]);
    }
  }
}

TEST(JacobianSpectrum, OfALinearLayerIsThatOfItsWeights) {
  Autoencoder a(model({layer("dense", 2)}, {layer("dense", 3)}), {3}, DType::f32);
  const std::vector<float> w = {3, 0, 0, 0, 0, 2};
  std::copy(w.begin(), w.end(), a.network().parameters()[0].in(a.theta()).as<float>());
  const auto s = spectrum_of(a, uniform_rows(10, 3));
  EXPECT_NEAR(s[0], 3, 1e-12);
  EXPECT_NEAR(s[1], 2, 1e-12);
}

TEST(JacobianSpectrum, IsZeroWhereNoUnitHasASlope) {
  Autoencoder a = fresh(model({layer("dense", 2), layer("relu")}, {layer("dense", 3)}), {3});
  set(a, 1, [](int64_t) { return -100.0; });
  EXPECT_EQ(spectrum_of(a, uniform_rows(10, 3)), (std::vector<double>{0, 0}));
}

TEST(JacobianSpectrum, CostsWhatTheUnitsThatCanHaveASlopeDo) {
  const Autoencoder a = fresh(model({layer("dense", 40), layer("topk", 2)}, {layer("dense", 9)}), {9}),
                    all = fresh(model({layer("dense", 40), layer("relu")}, {layer("dense", 9)}), {9});
  EXPECT_LT(10 * spectrum_cost(a.network()), spectrum_cost(all.network()));
  EXPECT_EQ(spectrum_of(a, uniform_rows(4, 9)).at(2), 0);
}

TEST(JacobianSpectrum, TellsHowFarItIs) {
  std::vector<double> told;
  const EvaluationOptions options{.progress = [&](std::string_view, double done) { told.push_back(done); }};
  spectrum_of(encoders()[0], uniform_images(20, kImage), options);
  EXPECT_EQ(told.size(), 20u);
  EXPECT_EQ(told.back(), 1);
}

}  // namespace
}  // namespace hourglass

#include "hourglass/eval/metrics.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numeric>

#include "hourglass/base/file.h"
#include "support/message_of.h"
#include "support/networks.h"
#include "support/numbers.h"

namespace hourglass {
namespace {

/// More than two chunks of rows, the last one not full.
constexpr int64_t kRows = 700, kFeatures = 6, kUnits = 3;

Dataset random_data(int64_t rows = kRows, double low = 0, double high = 1) {
  const Tensor x = uniforms(DType::f32, {rows, kFeatures}, 7, low, high);
  return {"random", {kFeatures}, std::vector<float>(x.as<float>(), x.as<float>() + x.size()), {}};
}

Autoencoder fresh(const ModelConfig& config, Shape input = {kFeatures}) {
  Autoencoder a(config, input, DType::f64);
  initialise(a.network(), {}, 1, a.theta());
  return a;
}

/// The same weights every time.
Autoencoder sigmoids() {
  return fresh(model({layer("dense", 4), layer("tanh"), layer("dense", kUnits), layer("sigmoid")},
                     {layer("dense", kFeatures), layer("sigmoid")}));
}

/// Sets the elements of a parameter to f(element).
template <class F>
void set(Autoencoder& a, size_t parameter, F f) {
  const Parameter& p = a.network().parameters()[parameter];
  for (int64_t i = 0; i < p.shape.size(); ++i) p.in(a.theta()).as<double>()[i] = f(i);
}

double measure(const Autoencoder& a, const Dataset& data, const std::string& name,
               const EvaluationOptions& options = {}) {
  return evaluate(a, data, std::vector{name}, options).at(0).second;
}

std::string refusal(const Autoencoder& a, const Dataset& data, const std::string& name,
                    const EvaluationOptions& options = {}) {
  return message_of<Error>([&] { measure(a, data, name, options); });
}

std::vector<double> doubles(const Dataset& data) {
  const auto& x = std::get<1>(data.values);
  return {x.begin(), x.end()};
}

/// Σ over columns of the variance (1/N).
double trace(const std::vector<double>& x, int64_t columns) {
  const auto rows = static_cast<double>(x.size()) / static_cast<double>(columns);
  double sum = 0;
  for (int64_t j = 0; j < columns; ++j) {
    double mean = 0;
    for (size_t i = j; i < x.size(); i += columns) mean += x[i] / rows;
    for (size_t i = j; i < x.size(); i += columns) sum += (x[i] - mean) * (x[i] - mean) / rows;
  }
  return sum;
}

double mean_of(const std::vector<double>& x) {
  return std::accumulate(x.begin(), x.end(), 0.0) / static_cast<double>(x.size());
}

/// ‖∂h/∂x‖²_F of sigmoids() per row, by central differences of the code: a scaler moves one feature.
std::vector<double> brute_force_norms(const Dataset& data) {
  constexpr double step = 1.0 / 1024;
  std::vector<double> norms(data.rows());
  for (int64_t j = 0; j < kFeatures; ++j) {
    const auto moved = [&](double by) {
      Autoencoder a = sigmoids();
      a.scaler = {"standard", std::vector<float>(kFeatures), std::vector<float>(kFeatures, 1)};
      a.scaler.offset[j] = static_cast<float>(-by);
      return values_of(Inference(a, 1).encode(data));
    };
    const auto above = moved(step), below = moved(-step);
    for (size_t i = 0; i < above.size(); ++i) norms[i / kUnits] += std::pow((above[i] - below[i]) / (2 * step), 2);
  }
  return norms;
}

TEST(Metrics, AreTheirDefinitionsOverTheWholeSet) {
  const Autoencoder a = sigmoids();
  const Dataset data = random_data();
  const auto x = doubles(data), r = values_of(Inference(a, 1).reconstruct(data)),
             h = values_of(Inference(a, 1).encode(data));
  double error = 0, squares = 0, cross = 0, entropy = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    error += (x[i] - r[i]) * (x[i] - r[i]);
    squares += x[i] * x[i];
    cross -= x[i] * std::log(r[i]) + (1 - x[i]) * std::log(1 - r[i]);
    if (x[i] > 0 && x[i] < 1) entropy -= x[i] * std::log(x[i]) + (1 - x[i]) * std::log(1 - x[i]);
  }
  const double elements = kRows * kFeatures;
  const std::vector<std::pair<std::string, double>> expected = {
      {"bce", cross / elements},
      {"bce_excess", (cross - entropy) / elements},
      {"mse", error / elements},
      {"nmse", error / squares},
      {"fvu", error / (trace(x, kFeatures) * kRows)},
      {"explained_variance", 1 - error / (trace(x, kFeatures) * kRows)},
      {"mean_activation", mean_of(h)},
  };
  for (const auto& [name, value] : expected)
    EXPECT_NEAR(measure(a, data, name), value, 1e-12 * std::abs(value)) << name;
}

TEST(Metrics, OfTheJacobianAreThoseOfFiniteDifferences) {
  const Autoencoder a = sigmoids();
  const Dataset data = random_data();
  auto norms = brute_force_norms(data);
  const double squared = mean_of(norms);
  EXPECT_NEAR(measure(a, data, "contractive"), squared, 1e-5 * squared);
  const double spread = trace(values_of(Inference(a, 1).encode(data)), kUnits);
  const double kappa = std::sqrt(squared * trace(doubles(data), kFeatures) / kFeatures / spread);
  EXPECT_NEAR(measure(a, data, "relative_contraction"), kappa, 1e-5 * kappa);
  for (double& n : norms) n = std::sqrt(n);
  EXPECT_NEAR(measure(a, data, "jacobian_frobenius"), mean_of(norms), 1e-5 * mean_of(norms));
  EXPECT_LT(mean_of(norms), std::sqrt(squared) * (1 - 1e-6)) << "the two must be told apart here";
}

/// Row order, repetition and threads.
TEST(Metrics, BelongToTheSetAlone) {
  const Autoencoder a = sigmoids();
  const Dataset data = random_data();
  Dataset reversed = data, twice = data;
  auto &back = std::get<1>(reversed.values), &more = std::get<1>(twice.values);
  std::ranges::reverse(back);
  for (int64_t i = 0; i < kRows; ++i) std::reverse(back.begin() + i * kFeatures, back.begin() + (i + 1) * kFeatures);
  more.insert(more.end(), back.begin(), back.end());
  auto names = metric_names();
  names.pop_back();
  std::erase(names, "pca_angle");
  const Metrics once = evaluate(a, data, names), other = evaluate(a, reversed, names), two = evaluate(a, twice, names);
  EXPECT_EQ(once, evaluate(a, data, names, {.threads = 3}));
  for (size_t i = 0; i < once.size(); ++i) {
    EXPECT_NEAR(other[i].second, once[i].second, 1e-11 * std::abs(once[i].second)) << names[i];
    EXPECT_NEAR(two[i].second, once[i].second, 1e-11 * std::abs(once[i].second)) << names[i];
  }
}

TEST(Metrics, AreNotAMeanOfBatches) {
  const Autoencoder a = sigmoids();
  // Batches far apart: a mean of per-batch ratios would be far larger.
  Dataset data = random_data(512);
  auto& x = std::get<1>(data.values);
  for (size_t i = x.size() / 2; i < x.size(); ++i) x[i] += 100;
  const auto r = values_of(Inference(a, 1).reconstruct(data));
  double error = 0;
  for (size_t i = 0; i < x.size(); ++i) error += (x[i] - r[i]) * (x[i] - r[i]);
  const double expected = error / (512 * trace(doubles(data), kFeatures));
  EXPECT_NEAR(measure(a, data, "fvu"), expected, 1e-11 * expected);
}

TEST(Fvu, IsOneForTheMeanAndZeroForPerfection) {
  const Dataset data = random_data();
  const auto x = doubles(data);
  Autoencoder a = fresh(model({layer("dense", kFeatures)}, {layer("dense", kFeatures)}));
  const auto unit = [](int64_t i) { return i / kFeatures == i % kFeatures ? 1.0 : 0.0; };
  set(a, 0, unit);
  set(a, 1, [](int64_t) { return 0.0; });
  set(a, 2, unit);
  set(a, 3, [](int64_t) { return 0.0; });
  EXPECT_LT(measure(a, data, "fvu"), 1e-28);
  EXPECT_EQ(measure(a, data, "explained_variance"), 1);
  EXPECT_LT(measure(a, data, "nmse"), 1e-28);
  set(a, 2, [](int64_t) { return 0.0; });
  EXPECT_NEAR(measure(a, data, "nmse"), 1, 1e-13) << "predicting 0";
  set(a, 3, [&](int64_t j) {
    double sum = 0;
    for (size_t i = j; i < x.size(); i += kFeatures) sum += x[i];
    return sum / kRows;
  });
  EXPECT_NEAR(measure(a, data, "fvu"), 1, 1e-13);
  EXPECT_NEAR(measure(a, data, "explained_variance"), 0, 1e-13);
}

TEST(Fvu, RefusesConstantData) {
  const Dataset zeros{"zeros", {kFeatures}, std::vector<float>(kFeatures * 3), {}};
  EXPECT_EQ(refusal(sigmoids(), zeros, "fvu"), "fvu: the data are constant, nothing is to be explained");
  EXPECT_EQ(refusal(sigmoids(), zeros, "nmse"), "nmse: the data are all zero");
}

TEST(BceExcess, IsZeroForPerfection) {
  const Dataset data{"constant", {kFeatures}, std::vector<float>(kFeatures * 300, 0.25f), {}};
  Autoencoder a = sigmoids();
  set(a, 4, [](int64_t) { return 0.0; });
  set(a, 5, [](int64_t) { return std::log(0.25 / 0.75); });
  EXPECT_NEAR(measure(a, data, "bce_excess"), 0, 1e-13);
  EXPECT_NEAR(measure(a, data, "bce"), -0.25 * std::log(0.25) - 0.75 * std::log(0.75), 1e-13);
}

TEST(BceExcess, IsTheBceOfBinaryData) {
  Dataset data = random_data();
  for (float& v : std::get<1>(data.values)) v = v < 0.3f ? 0.0f : 1.0f;
  EXPECT_EQ(measure(sigmoids(), data, "bce_excess"), measure(sigmoids(), data, "bce"));
}

/// h = x W, on two features.
Autoencoder linear(double scale) {
  Autoencoder a = fresh(model({layer("dense", 2)}, {layer("dense", 2)}), {2});
  const std::vector<double> w = {3, 0, 0, 4};
  set(a, 0, [&](int64_t i) { return scale * w[i]; });
  return a;
}

TEST(RelativeContraction, IsKnownForALinearCodeAndLeftAloneByItsScale) {
  const Dataset square{"square", {2}, std::vector<float>{0, 0, 0, 1, 1, 0, 1, 1}, {}};
  for (const double scale : {1.0, 1e-3}) {
    EXPECT_NEAR(measure(linear(scale), square, "jacobian_frobenius"), 5 * scale, 1e-12);
    EXPECT_NEAR(measure(linear(scale), square, "contractive"), 25 * scale * scale, 1e-12);
    // J = diag(3, 4) on features of equal variance: tr Cov(h) = ‖J‖² tr Cov(x) / D.
    EXPECT_NEAR(measure(linear(scale), square, "relative_contraction"), 1, 1e-12);
  }
  // Only the first feature varies: κ² = 25 (v / 2) / (9 v).
  const Dataset line{"line", {2}, std::vector<float>{0, 5, 1, 5, 4, 5}, {}};
  EXPECT_NEAR(measure(linear(1), line, "relative_contraction"), std::sqrt(25.0 / 18), 1e-12);
  EXPECT_EQ(refusal(linear(0), line, "relative_contraction"),
            "relative_contraction: the code is the same for all data");
}

TEST(JacobianMetrics, AreTakenWhereTheEncoderStands) {
  const Autoencoder a = fresh(model({layer("tanh"), layer("dense", kUnits)}, {layer("dense", kFeatures)}));
  const Dataset data = random_data(), zeros{"zeros", {kFeatures}, std::vector<float>(kRows * kFeatures), {}};
  const auto to_zero = [](ConstView, std::span<const uint32_t>, View input) {
    std::fill_n(input.as<double>(), input.size(), 0.0);
  };
  EXPECT_EQ(measure(a, data, "contractive", {.disturb = to_zero}), measure(a, zeros, "contractive"));
  EXPECT_NE(measure(a, data, "contractive"), measure(a, zeros, "contractive"));
}

TEST(JacobianMetrics, AreEstimatedByProbes) {
  const Autoencoder a = sigmoids();
  const Dataset data = random_data();
  for (const std::string name : {"contractive", "relative_contraction"}) {
    const double exact = measure(a, data, name), estimate = measure(a, data, name, {.jacobian = {.probes = 8}});
    EXPECT_NEAR(estimate, exact, 0.05 * exact) << name;
    EXPECT_NE(estimate, exact);
    EXPECT_EQ(estimate, measure(a, data, name, {.threads = 2, .jacobian = {.probes = 8}}));
  }
  EXPECT_EQ(refusal(a, data, "jacobian_frobenius", {.jacobian = {.probes = 8}}),
            "jacobian_frobenius: the square root of an estimate is biased, so it takes no probes; ask for contractive");
}

TEST(JacobianMetrics, RefuseWhatTakesTooLong) {
  const Autoencoder a =
      fresh(model({layer("conv2d", 8, 3), layer("tanh")}, {layer("conv_transpose2d", 1, 3)}), {1, 12, 12});
  const Dataset data{"images", {1, 12, 12}, std::vector<float>(144 * 2, 0.5f), {}};
  EXPECT_EQ(
      refusal(a, data, "contractive"),
      "the exact Jacobian takes 800 rows of 144 per sample (in training about 400 × a plain step, more than 100); "
      "use --probes 16, or --exact");
  const double exact = measure(a, data, "contractive", {.jacobian = {.exact = true}});
  EXPECT_NEAR(measure(a, data, "contractive", {.jacobian = {.probes = 100}}), exact, 0.2 * exact);
}

/// The code is the data: relu leaves what is not negative.
Autoencoder transparent(const std::string& activation) {
  Autoencoder a = fresh(model({layer("dense", 4), layer(activation)}, {layer("dense", 4)}), {4});
  set(a, 0, [](int64_t i) { return i / 4 == i % 4 ? 1.0 : 0.0; });
  set(a, 1, [](int64_t) { return 0.0; });
  return a;
}

TEST(CodeMetrics, CountUnits) {
  const Dataset data{"codes", {4}, std::vector<float>{1, 0, 0, 2, 0, 0, -1, 3, 0, 5, 0, 4}, {}};
  EXPECT_EQ(measure(transparent("relu"), data, "l0"), 5.0 / 3);
  EXPECT_EQ(measure(transparent("relu"), data, "dead_frac"), 0.25) << "unit 3 of 4 never fires";
  EXPECT_EQ(measure(transparent("identity"), data, "l0"), 2) << "negative units count";
  EXPECT_EQ(measure(transparent("identity"), data, "dead_frac"), 0);
  EXPECT_EQ(measure(transparent("relu"), data, "mean_activation"), 15.0 / 12);
}

TEST(CodeMetrics, CountSaturatedSigmoids) {
  // sigmoid(±2.94) is just inside [0.05, 0.95], sigmoid(±2.95) outside.
  const Dataset data{"logits", {4}, std::vector<float>{2.94f, 2.95f, -2.94f, -2.95f, 0, 9, 0, 0}, {}};
  EXPECT_EQ(measure(transparent("sigmoid"), data, "saturation"), 3.0 / 8);
  EXPECT_EQ(refusal(transparent("relu"), data, "saturation"), "saturation: the encoder does not end in a sigmoid");
}

TEST(Metrics, AreGivenOnceInTheOrderAsked) {
  const auto measured = evaluate(sigmoids(), random_data(40), std::vector<std::string>{"pca_gap", "mse", "pca", "mse"});
  std::vector<std::string> names;
  for (const auto& [name, value] : measured) names.push_back(name);
  EXPECT_EQ(names, (std::vector<std::string>{"pca_gap", "mse", "pca_mse"}));
}

TEST(Metrics, RefuseUnknownNames) {
  EXPECT_EQ(refusal(sigmoids(), random_data(2), "jacobian_frobenios"),
            "unknown metric \"jacobian_frobenios\"; did you mean \"jacobian_frobenius\"?");
}

TEST(Metrics, RefuseDataOfAnotherSize) {
  const Dataset data{"short", {2}, std::vector<float>{0, 1}, {}};
  for (const char* name : {"mse", "l0", "contractive"})
    EXPECT_EQ(refusal(sigmoids(), data, name), "short: samples are 2, the model expects 6") << name;
}

TEST(Metrics, AreAllDescribedInTheDocumentation) {
  const std::string page = read_file(std::filesystem::path(HOURGLASS_SOURCE) / "docs/metrics.md");
  for (const std::string& name : metric_names()) EXPECT_NE(page.find("| " + name + " |"), std::string::npos) << name;
}

}  // namespace
}  // namespace hourglass

#include "hourglass/eval/metrics.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numeric>
#include <set>

#include "hourglass/base/file.h"
#include "hourglass/eval/metric_table.h"
#include "support/measuring.h"
#include "support/message_of.h"

namespace hourglass {
namespace {

/// More than two chunks of rows, the last one not full.
constexpr int64_t kRows = 700, kFeatures = 6, kUnits = 3;

Dataset random_data(int64_t rows = kRows) { return uniform_rows(rows, kFeatures); }

/// The same weights every time.
Autoencoder sigmoids() {
  return fresh(model({layer("dense", 4), layer("tanh"), layer("dense", kUnits), layer("sigmoid")},
                     {layer("dense", kFeatures), layer("sigmoid")}),
               {kFeatures});
}

std::string refusal(const Autoencoder& a, const Dataset& data, const std::string& name,
                    const EvaluationOptions& options = {}) {
  return message_of<Error>([&] { measure(a, data, name, options); });
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
      a.scaler = {ScalerKind::standard, std::vector<float>(kFeatures), std::vector<float>(kFeatures, 1)};
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
  const auto x = values_of(data), r = values_of(Inference(a, 1).reconstruct(data)),
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
  const double kappa = std::sqrt(squared * trace(values_of(data), kFeatures) / kFeatures / spread);
  EXPECT_NEAR(measure(a, data, "relative_contraction"), kappa, 1e-5 * kappa);
  for (double& n : norms) n = std::sqrt(n);
  EXPECT_NEAR(measure(a, data, "jacobian_frobenius"), mean_of(norms), 1e-5 * mean_of(norms));
  EXPECT_LT(mean_of(norms), std::sqrt(squared) * (1 - 1e-6)) << "the two must be told apart here";
}

/// Images of the smallest size that ssim accepts, with labels that codes can be classified by.
Dataset labelled_images(int64_t rows) {
  Dataset data = uniform_images(rows, {1, 11, 11});
  for (int64_t i = 0; i < rows; ++i) {
    float* pixels = std::get<1>(data.values).data() + i * 121;
    data.labels.push_back(static_cast<int32_t>(i % 3));
    for (int64_t j = 0; j < 121; ++j) pixels[j] *= j % 3 == i % 3 ? 0.4f : 1.0f;
  }
  return data;
}

Autoencoder image_sigmoids() {
  return fresh(model({layer("dense", 4), layer("tanh"), layer("dense", kUnits), layer("sigmoid")},
                     {layer("dense", 121), layer("sigmoid")}),
               {1, 11, 11});
}

/// Those that apply to image_sigmoids() and are means over rows; variational_test.cpp has the others.
std::vector<std::string> single_metrics() {
  static const std::set<std::string> others = {"pca",     "all",          "pca_angle",      "elbo", "kl",
                                               "unit_kl", "active_units", "log_likelihood", "mmd"};
  auto names = metric_names();
  std::erase_if(names, [](const std::string& n) { return others.contains(n); });
  return names;
}

void expect_near(const Metrics& found, const Metrics& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (size_t i = 0; i < expected.size(); ++i) {
    const auto a = flat(found[i].second), b = flat(expected[i].second);
    ASSERT_EQ(a.size(), b.size());
    const bool is_spectrum = expected[i].first == "jacobian_spectrum";
    for (size_t k = 0; k < b.size(); ++k)
      EXPECT_NEAR(a[k], b[k], is_spectrum ? 1e-7 * b[0] : 1e-11 * std::abs(b[k])) << expected[i].first;
  }
}

TEST(Metrics, BelongToTheSetAlone) {
  const Autoencoder a = image_sigmoids();
  const Dataset data = labelled_images(kRows), train = labelled_images(300), back = reversed(data);
  Dataset twice = data;
  auto& values = std::get<1>(twice.values);
  const auto& more = std::get<1>(back.values);
  values.insert(values.end(), more.begin(), more.end());
  twice.labels.insert(twice.labels.end(), back.labels.begin(), back.labels.end());
  const auto names = single_metrics();
  const auto all = [&](const Dataset& d, EvaluationOptions options = {}) {
    options.train = &train;
    return evaluate(a, d, names, options);
  };
  const Metrics once = all(data);
  EXPECT_EQ(once, all(data, {.threads = 3}));
  expect_near(all(back), once);
  expect_near(all(twice), once);
}

RC_GTEST_PROP(Metrics, DoNotDependOnHowRowsAreCut, ()) {
  const Autoencoder a = image_sigmoids();
  const Dataset data = labelled_images(40), train = labelled_images(60);
  const auto names = single_metrics();
  const auto cut = [&](int64_t rows) { return evaluate(a, data, names, {.train = &train, .chunk_rows = rows}); };
  expect_near(cut(*rc::gen::inRange<int64_t>(1, 50)), cut(40));
  RC_ASSERT(!testing::Test::HasFailure());
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
  const double expected = error / (512 * trace(values_of(data), kFeatures));
  EXPECT_NEAR(measure(a, data, "fvu"), expected, 1e-11 * expected);
}

TEST(Fvu, IsOneForTheMeanAndZeroForPerfection) {
  const Dataset data = random_data();
  const auto x = values_of(data);
  Autoencoder a = fresh(model({layer("dense", kFeatures)}, {layer("dense", kFeatures)}), {kFeatures});
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
  EXPECT_EQ(refusal(sigmoids(), zeros, "fvu"), "fvu: the data are constant, there is no variance to explain");
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
            "relative_contraction: the code is the same for all rows");
}

TEST(JacobianMetrics, AreTakenWhereTheEncoderStands) {
  const Autoencoder a = fresh(model({layer("tanh"), layer("dense", kUnits)}, {layer("dense", kFeatures)}), {kFeatures});
  const Dataset data = random_data(), zeros{"zeros", {kFeatures}, std::vector<float>(kRows * kFeatures), {}};
  const auto to_zero = [](ConstView, std::span<const uint32_t>, View input) {
    std::fill_n(input.as<double>(), input.size(), 0.0);
  };
  EXPECT_EQ(measure(a, data, "contractive", {.corrupt_input = to_zero}), measure(a, zeros, "contractive"));
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
            "jacobian_frobenius: the square root of an estimate is biased, so it cannot be estimated by probes; use "
            "contractive");
}

TEST(JacobianMetrics, RefuseWhatTakesTooLong) {
  const Autoencoder a =
      fresh(model({layer("conv2d", 8, 3), layer("tanh")}, {layer("conv_transpose2d", 1, 3)}), {1, 12, 12});
  const Dataset data{"images", {1, 12, 12}, std::vector<float>(144 * 2, 0.5f), {}};
  EXPECT_EQ(refusal(a, data, "contractive"),
            "contractive: the exact Jacobian of 800 × 144 per sample costs about 400 × a plain training step, more "
            "than 100; use "
            "--probes 16 or --exact");
  EXPECT_EQ(refusal(a, data, "jacobian_spectrum"),
            "jacobian_spectrum: singular values of the 800 × 144 Jacobian cost about 794 × a plain training "
            "step, more than 100; use --exact, and --rows to limit the data");
  EXPECT_EQ(refusal(a, data, "jacobian_spectrum", {.jacobian = {.probes = 3}}),
            "jacobian_spectrum: probes estimate only the norm, not singular values");
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
  EXPECT_EQ(measure(transparent("relu"), data, "l1"), 5);
  EXPECT_EQ(measure(transparent("identity"), data, "l1"), 16.0 / 3);
  const auto list = [&](const char* name) {
    return flat(evaluate(transparent("relu"), data, std::vector<std::string>{name}).at(0).second);
  };
  EXPECT_EQ(list("density"), (std::vector<double>{1.0 / 3, 1.0 / 3, 0, 1}));
  EXPECT_EQ(list("unit_activation"), (std::vector<double>{1.0 / 3, 5.0 / 3, 0, 3}));
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

TEST(Metrics, RefuseTheImpossibleBeforeAnythingRuns) {
  bool ran = false;
  const EvaluationOptions options{.progress = [&](std::string_view, double) { ran = true; }};
  const Autoencoder plain = fresh(model({layer("dense", kUnits)}, {layer("dense", kFeatures)}), {kFeatures});
  const auto refusal_after_l1 = [&](const char* name, const EvaluationOptions& o) {
    return message_of<Error>([&] { evaluate(plain, random_data(), std::vector<std::string>{"l1", name}, o); });
  };
  EXPECT_EQ(refusal_after_l1("saturation", options), "saturation: the encoder does not end in a sigmoid");
  EXPECT_EQ(refusal_after_l1("bce", options), "bce: the model's decoder does not end in a sigmoid; use mse");
  EXPECT_EQ(refusal_after_l1("ssim", options), "ssim: random: expected images, found samples of 6");
  for (const std::string name : {"probe_error", "knn_error"}) {
    EXPECT_EQ(
        refusal_after_l1(name.c_str(), options),
        name +
            ": random: no training part to fit a classifier on; it needs data with a training and a test part, without "
            "--split train");
    const Dataset train = random_data(10);
    EvaluationOptions with_train = options;
    with_train.train = &train;
    EXPECT_EQ(refusal_after_l1(name.c_str(), with_train), name + ": random: no labels");
  }
  EXPECT_FALSE(ran);
  evaluate(plain, random_data(), std::vector<std::string>{"l1"}, options);
  EXPECT_TRUE(ran);
}

TEST(Metrics, AreAllThoseThatFitWhenAllAreAskedFor) {
  std::vector<std::string> notes, names;
  const EvaluationOptions options{.note = [&](const Omission& o) { notes.push_back(o.part + ": " + o.reason); }};
  const Autoencoder a = fresh(model({layer("dense", kUnits)}, {layer("dense", kFeatures)}), {kFeatures});
  for (const auto& [name, value] : evaluate(a, random_data(), std::vector<std::string>{"l1", "all"}, options))
    names.push_back(name);
  EXPECT_EQ(names.front(), "l1");
  EXPECT_EQ(names.size() + notes.size(), metric_names().size() - 2);
  EXPECT_EQ(notes.size(), 12u) << "bce, bce_excess, psnr, ssim, saturation, probe_error, knn_error, and five of a "
                                  "gaussian code";
  EXPECT_EQ(notes.front(), "bce: the model's decoder does not end in a sigmoid; use mse");
  const Dataset zeros{"zeros", {kFeatures}, std::vector<float>(kFeatures * 3), {}};
  notes.clear();
  EXPECT_FALSE(evaluate(a, zeros, std::vector<std::string>{"all"}, options).empty());
  EXPECT_NE(std::ranges::find(notes, "nmse: the data are all zero"), notes.end());
}

TEST(Metrics, RefuseSettingsThatNothingHeeds) {
  const Dataset data = random_data(5);
  EXPECT_EQ(refusal(sigmoids(), data, "mse", {.radii = {1}}),
            "radii: only contraction_ratio uses them, and it is not requested");
  EXPECT_EQ(refusal(sigmoids(), data, "mse", {.corruption = CorruptionConfig{.masking = 0.1}}),
            "corruption: no metric of corrupted inputs is requested; expected corrupted_mse or code_displacement");
  EXPECT_EQ(refusal(sigmoids(), data, "mse", {.jacobian = {.exact = true}}),
            "probes or exact: no metric of the Jacobian is requested; expected contractive or relative_contraction");
}

TEST(Metrics, OfClassesUseTheCodesThatEncodingGives) {
  const Dataset data = labelled_images(60), train = labelled_images(90);
  const auto error = [&](const LayerConfig& last) {
    const ModelConfig config = model({layer("dense", 6), last}, {layer("dense", data.sample.size())});
    Autoencoder a(config, data.sample);
    initialise(a.network(), {}, 3, a.theta());
    return measure(a, data, "knn_error", {.train = &train});
  };
  EXPECT_EQ(error(topk(1, 6)), error(layer("identity")));
  EXPECT_NE(error(layer("topk", 1)), error(layer("identity")));
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

/// The table of docs/metrics.md that says what every metric means.
std::string metric_reference() {
  const auto better = [](Better b) { return b == Better::lower ? "lower" : b == Better::higher ? "higher" : ""; };
  const auto page = [](Placement p) {
    return p == Placement::report       ? "report"
           : p == Placement::comparison ? "comparison"
           : p == Placement::tables     ? "report, comparison"
           : p == Placement::figure     ? "report, comparison (figures)"
                                        : "";
  };
  std::string text = "| name | meaning | better | shown in |\n|---|---|---|---|\n";
  for (const MetricRow& row : metric_table())
    text += fmt::format("| {} | {} | {} | {} |\n", row.name, row.meaning, better(row.better), page(row.placement));
  return text;
}

/// The first cell of every row below this table head.
std::vector<std::string> first_cells(const std::string& page, const std::string& head) {
  std::vector<std::string> cells;
  const size_t start = page.find(head);
  const std::string table = page.substr(start, page.find("\n\n", start) - start);
  for (size_t at = 0; (at = table.find("\n| ", at)) != std::string::npos; ++at)
    cells.push_back(table.substr(at + 3, table.find(" |", at + 3) - at - 3));
  return cells;
}

TEST(Metrics, AreAllDescribedInTheDocumentation) {
  const std::string page = read_file(std::filesystem::path(HOURGLASS_SOURCE) / "docs/metrics.md");
  EXPECT_NE(page.find(metric_reference()), std::string::npos) << "docs/metrics.md should hold\n" << metric_reference();
  EXPECT_EQ(first_cells(page, "| name | definition |"), metric_names());
}

}  // namespace
}  // namespace hourglass

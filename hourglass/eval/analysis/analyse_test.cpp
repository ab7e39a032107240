#include "hourglass/eval/analysis/analyse.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "hourglass/eval/analysis/code_map.h"
#include "hourglass/eval/analysis/prior_samples.h"
#include "hourglass/eval/metrics.h"
#include "hourglass/eval/pca.h"
#include "support/message_of.h"
#include "support/networks.h"
#include "support/numbers.h"

namespace hourglass {
namespace {

const Corruption kClean({}, 0);

Dataset data_of(const Shape& sample, int64_t rows) {
  const Tensor x = uniforms(DType::f32, {rows, sample.size()}, 7, 0, 1);
  Dataset data{"random", sample, std::vector<float>(x.as<float>(), x.as<float>() + x.size()), {}};
  for (int64_t i = 0; i < rows; ++i) data.labels.push_back(static_cast<int32_t>(i % 3));
  return data;
}

Autoencoder fresh(const ModelConfig& config, const Shape& input) {
  Autoencoder a(config, input);
  initialise(a.network(), {}, 1, a.theta());
  return a;
}

Autoencoder shallow() {
  return fresh(model({layer("dense", 5), layer("sigmoid")}, {layer("dense", 64), layer("sigmoid")}), {1, 8, 8});
}

double mean(const std::vector<double>& v) {
  return std::accumulate(v.begin(), v.end(), 0.0) / static_cast<double>(v.size());
}

double metric(const Analysis& a, const std::string& name) { return *find_metric<double>(a.metrics, name); }

TEST(Analyse, AgreesWithTheMetrics) {
  const Autoencoder a = shallow();
  const Dataset data = data_of({1, 8, 8}, 300);
  const Analysis all = analyse(a, data, kClean, {.threads = 2});
  EXPECT_EQ(all.rows, 300);
  EXPECT_NEAR(mean(all.feature_error), metric(all, "mse"), 1e-8);  // mse squares in single precision
  EXPECT_NEAR(mean(all.mean_activation), metric(all, "mean_activation"), 1e-9);
  EXPECT_EQ(std::accumulate(all.activations.counts.begin(), all.activations.counts.end(), int64_t{0}), 300 * 5);
}

/// An analysis shows k active units, as in evaluation; Mode::encoding has alpha · k.
TEST(Analyse, ShowsTheCodesThatAreDecoded) {
  const Autoencoder a = fresh(model({layer("dense", 5), topk(2, 2)}, {layer("dense", 64)}), {1, 8, 8});
  const Analysis all = analyse(a, data_of({1, 8, 8}, 20), kClean, {.threads = 1});
  EXPECT_NEAR(mean(all.mean_activation), metric(all, "mean_activation"), 1e-6);
}

TEST(Analyse, ShowsCorruptedInputsOfADenoiser) {
  EXPECT_FALSE(analyse(shallow(), data_of({1, 8, 8}, 20), kClean, {.threads = 1}).denoised);
  const auto denoised =
      analyse(shallow(), data_of({1, 8, 8}, 20), Corruption({.masking = 1}, 0), {.threads = 1}).denoised;
  ASSERT_TRUE(denoised);
  EXPECT_EQ(denoised->inputs.rows(), 8);
  const float *seen = denoised->corrupted.as<float>(), *x = denoised->inputs.as<float>();
  EXPECT_TRUE(std::all_of(seen, seen + denoised->corrupted.size(), [](float v) { return v == 0; }));
  EXPECT_FALSE(std::all_of(x, x + denoised->inputs.size(), [](float v) { return v == 0; }));
}

TEST(Analyse, RanksRowsByTheirError) {
  const Analysis all = analyse(shallow(), data_of({1, 8, 8}, 300), kClean, {.threads = 1});
  EXPECT_TRUE(std::ranges::is_sorted(all.best.errors));
  EXPECT_TRUE(std::ranges::is_sorted(all.worst.errors, std::greater{}));
  EXPECT_LT(all.best.errors.back(), all.typical.errors.front());
  EXPECT_LT(all.typical.errors.back(), all.worst.errors.back());
  const float *x = all.worst.inputs.as<float>(), *r = all.worst.reconstructions.as<float>();
  double sum = 0;
  for (int i = 0; i < 64; ++i) sum += (r[i] - x[i]) * (r[i] - x[i]);
  EXPECT_NEAR(sum / 64, all.worst.errors[0], 1e-6);
}

TEST(Analyse, TakesSomeRowsOfManyAndAllOfFew) {
  const Analysis many = analyse(shallow(), data_of({1, 8, 8}, 5001), kClean, {.threads = 2});
  EXPECT_EQ(many.rows, 2000);
  EXPECT_EQ(many.total_rows, 5001);
  EXPECT_EQ(many.map->labels.size(), 2000u);
  EXPECT_EQ(many.map->labels[1], 2 % 3) << "rows are spread over the data";
  const Analysis one = analyse(shallow(), data_of({1, 8, 8}, 1), kClean, {.threads = 1});
  EXPECT_EQ(one.best.errors.size(), 1u);
  EXPECT_FALSE(one.map);
  EXPECT_TRUE(std::ranges::any_of(one.omissions, [](const Omission& o) { return o.part == "Map of codes"; }));
}

TEST(Analyse, DecodesThePriorOfAGaussianCode) {
  const auto variational = [](int64_t units) {
    return fresh(model({layer("dense", 2 * units), layer("gaussian", units)}, {layer("dense", 64), layer("sigmoid")}),
                 {1, 8, 8});
  };
  const Analysis three = analyse(variational(3), data_of({1, 8, 8}, 50), kClean, {.threads = 1});
  ASSERT_TRUE(three.prior);
  EXPECT_EQ(three.prior->unit_kl.size(), 3u);
  EXPECT_EQ(three.prior->samples.shape(), (Shape{64, 1, 8, 8}));
  EXPECT_EQ(three.prior->manifold.size(), 0);
  const Autoencoder two = variational(2);
  const Analysis plane = analyse(two, data_of({1, 8, 8}, 50), kClean, {.threads = 1});
  ASSERT_EQ(plane.prior->side * plane.prior->side, plane.prior->manifold.rows());
  // The middle of the plane is the decoded 0.
  const Tensor zero = Inference(two, 1).decode(Tensor(DType::f32, {1, 2}));
  const int64_t middle = plane.prior->manifold.rows() / 2;
  for (int64_t i = 0; i < 64; ++i)
    EXPECT_NEAR(plane.prior->manifold.as<float>()[middle * 64 + i], zero.as<float>()[i], 1e-6);
  EXPECT_FALSE(analyse(shallow(), data_of({1, 8, 8}, 50), kClean, {.threads = 1}).prior);
}

TEST(Analyse, DecodesFewerDrawsFromThePriorWhereSamplesAreLarge) {
  const auto most = [](int64_t features) {
    return most_prior_samples(
        Network(model({layer("dense", 4), layer("gaussian", 2)}, {layer("dense", features)}), {features}));
  };
  EXPECT_EQ(most(784), 225);
  EXPECT_EQ(most(1 << 19), 32);
  const Autoencoder a =
      fresh(model({layer("dense", 4), layer("gaussian", 2)}, {layer("dense", 64), layer("sigmoid")}), {1, 8, 8});
  const PriorSamples some = prior_samples(Inference(a, 1), 10);
  EXPECT_EQ(some.samples.rows(), 10);
  EXPECT_EQ(some.side, 3);
  EXPECT_EQ(prior_samples(Inference(a, 1), 0).samples.size(), 0);
}

TEST(Analyse, DoesNotDependOnThreads) {
  const Dataset data = data_of({1, 8, 8}, 700);
  const Analysis one = analyse(shallow(), data, kClean, {.threads = 1}),
                 three = analyse(shallow(), data, kClean, {.threads = 3});
  EXPECT_EQ(one.feature_error, three.feature_error);
  EXPECT_EQ(one.metrics, three.metrics);
  EXPECT_EQ(one.map->x, three.map->x);
}

TEST(Analyse, TakesTheWeightsOfADenseLayerAsFilters) {
  const Autoencoder a = shallow();
  const Analysis all = analyse(a, data_of({1, 8, 8}, 50), kClean, {.threads = 1});
  const ConstView weight = a.network().parameters()[0].in(a.theta());
  ASSERT_TRUE(all.filters);
  EXPECT_EQ(all.filters->units, (std::vector<int64_t>{0, 1, 2, 3, 4}));
  EXPECT_EQ(values_of(all.filters->values), values_of(weight));
}

TEST(Analyse, TakesTheKernelsOfAConvolutionAsFilters) {
  const Autoencoder a =
      fresh(model({layer("conv2d", 4, 3), layer("relu"), layer("dense", 3)}, {layer("dense", 64), layer("sigmoid")}),
            {1, 8, 8});
  const Analysis all = analyse(a, data_of({1, 8, 8}, 50), kClean, {.threads = 1});
  ASSERT_TRUE(all.filters);
  EXPECT_EQ(all.filters->shape, (Shape{1, 3, 3}));
  EXPECT_EQ(all.filters->values.rows(), 4);
  EXPECT_TRUE(all.filters->units.empty());
}

TEST(Analyse, SaysWhyThereAreNoFilters) {
  const Autoencoder a = fresh(model({layer("max_pool2d", 2), layer("dense", 3)}, {layer("dense", 64)}), {1, 8, 8});
  const Analysis all = analyse(a, data_of({1, 8, 8}, 50), kClean, {.threads = 1});
  EXPECT_FALSE(all.filters);
  ASSERT_FALSE(all.omissions.empty());
}

TEST(Analyse, ShowsWhatAUnitOfALinearDecoderAdds) {
  const Autoencoder a = fresh(model({layer("dense", 3)}, {layer("dense", 64)}), {64});
  const Dataset data = data_of({64}, 100);
  const Analysis all = analyse(a, data, kClean, {.threads = 1});
  const auto columns = decoder_columns(a, Inference(a, 1));
  ASSERT_EQ(all.atoms->units.size(), 3u);
  for (int64_t unit = 0; unit < 3; ++unit)
    for (int64_t i = 0; i < 64; ++i)
      EXPECT_NEAR(all.atoms->values.as<float>()[unit * 64 + i],
                  all.deviation[unit] * columns->as<double>()[unit * 64 + i], 1e-5);
}

TEST(Analyse, WalksAStrongUnitThroughItsRange) {
  const Analysis all = analyse(shallow(), data_of({1, 8, 8}, 200), kClean, {.threads = 1});
  ASSERT_EQ(all.strong->units.size(), 5u);
  EXPECT_EQ(all.strong->traversals.rows(), 5 * all.strong->traversal_steps);
  EXPECT_EQ(all.strong->top_inputs.rows(), 5 * all.strong->inputs_per_unit);
  const auto values = values_of(all.strong->traversals);
  EXPECT_NE(values[0], values[64 * (all.strong->traversal_steps - 1)]);
}

TEST(Analyse, RefusesDataOfAnotherShape) {
  EXPECT_THROW(analyse(shallow(), data_of({7}, 10), kClean, {.threads = 1}), Error);
  EXPECT_NE(message_of<Error>([] {
              analyse(shallow(), data_of({1, 8, 8}, 0), kClean, {.threads = 1});
            }).find("no rows"),
            std::string::npos);
}

/// As wide as the input and twice: an eigenvalue problem per row would take a minute.
TEST(Analyse, LeavesOutWhatCostsTooMuchAndSaysSo) {
  const Autoencoder a = fresh(model({layer("dense", 2400)}, {layer("dense", 2400)}), {2400});
  const Analysis all = analyse(a, data_of({2400}, 12), kClean, {.threads = 1});
  EXPECT_FALSE(find_metric<std::vector<double>>(all.metrics, "jacobian_spectrum"));
  const auto spectrum = std::ranges::find(all.omissions, "jacobian_spectrum", &Omission::part);
  ASSERT_NE(spectrum, all.omissions.end());
  EXPECT_NE(spectrum->reason.find("multiplications"), std::string::npos) << spectrum->reason;
  EXPECT_TRUE(find_metric<ContractionCurve>(all.metrics, "contraction_ratio"));
  EXPECT_TRUE(all.map);
}

TEST(Analyse, LeavesOutWhatTakesTooMuchMemoryAndSaysSo) {
  const Shape image{1, 1224, 1224};
  const Autoencoder a =
      fresh(model({layer("conv2d", 1, 1), layer("max_pool2d", 306)}, {layer("upsample2d", 306)}), image);
  const Analysis all = analyse(a, data_of(image, 2), kClean, {.threads = 1});
  const auto spectrum = std::ranges::find(all.omissions, "jacobian_spectrum", &Omission::part);
  ASSERT_NE(spectrum, all.omissions.end());
  EXPECT_NE(spectrum->reason.find("bytes of memory"), std::string::npos) << spectrum->reason;
  EXPECT_TRUE(find_metric<ContractionCurve>(all.metrics, "contraction_ratio"));
}

/// Of a code so wide that its atoms are decoded some at a time, those of the last ones too.
TEST(Analyse, DecodesTheAtomsOfAWideCode) {
  const Shape image{1, 64, 64};
  const Autoencoder a = fresh(model({layer("conv2d", 1, 1), layer("upsample2d", 2)}, {layer("max_pool2d", 2)}), image);
  Dataset data = data_of(image, 3);
  auto& values = std::get<std::vector<float>>(data.values);
  for (int row = 0; row < 3; ++row) values[row * 4096 + 4095] = static_cast<float>(100 * row);  // the last pixel
  const Analysis all = analyse(a, data, kClean, {.threads = 1});
  ASSERT_EQ(all.deviation.size(), 4u * 4096);
  ASSERT_EQ(all.atoms->units.size(), 64u);
  const int64_t unit = all.atoms->units.back();
  EXPECT_GE(unit, 126 * 128) << "of the last pixel, in the last two rows";
  Tensor codes(DType::f32, {2, 1, 128, 128});
  for (int64_t j = 0; j < 2 * 4 * 4096; ++j)
    codes.as<float>()[j] = static_cast<float>(all.mean_activation[j % (4 * 4096)]);
  codes.as<float>()[4 * 4096 + unit] += static_cast<float>(all.deviation[unit]);
  const std::vector<double> decoded = values_of(Inference(a, 1).decode(codes)), atoms = values_of(all.atoms->values);
  for (size_t i = 0; i < 4096; ++i) EXPECT_NEAR(atoms[63 * 4096 + i], decoded[4096 + i] - decoded[i], 1e-4) << i;
}

TEST(Analyse, TellsOnHowManyRowsAMetricIsMeasured) {
  const Autoencoder a = fresh(model({layer("dense", 200)}, {layer("dense", 600)}), {600});
  const Analysis all = analyse(a, data_of({600}, 900), kClean, {.threads = 1});
  EXPECT_EQ(all.rows_of("mse"), 900);
  EXPECT_LT(all.rows_of("jacobian_spectrum"), 900);
  EXPECT_GT(all.rows_of("jacobian_spectrum"), 1);
}

/// Wherever it is interrupted.
TEST(Analyse, PassesOnWhatProgressThrows) {
  struct Stop {};
  const Dataset data = data_of({1, 8, 8}, 30);
  const AnomalyScale scale = fit_anomaly_scale(Inference(shallow(), 1), data, {}, 0.9);
  int calls = 0;
  const auto count = [&](std::string_view, double) { ++calls; };
  analyse(shallow(), data, kClean, {.threads = 2, .anomaly = &scale, .progress = count});
  EXPECT_GT(calls, 8);
  for (int stop = 1; stop <= calls; ++stop) {
    int left = stop;
    const auto end = [&](std::string_view, double) {
      if (--left == 0) throw Stop{};
    };
    EXPECT_THROW(analyse(shallow(), data, kClean, {.threads = 2, .anomaly = &scale, .progress = end}), Stop) << stop;
  }
}

TEST(Analyse, MeasuresTheErrorOfEveryColumnInItsOwnUnit) {
  Autoencoder a = fresh(model({layer("dense", 1)}, {layer("dense", 2)}), {2});
  std::fill_n(a.theta().as<float>(), a.theta().size(), 0.0F);
  a.scaler = {.kind = ScalerKind::standard, .offset = {10, 0}, .factor = {0.5, 1}, .columns = {"price", "zero"}};
  const Dataset data{"table", {2}, std::vector<float>{8, 0, 12, 0}, {}};
  const Analysis all = analyse(a, data, kClean, {.threads = 1});
  EXPECT_EQ(all.columns, (std::vector<std::string>{"price", "zero"}));
  EXPECT_EQ(all.feature_error, (std::vector<double>{1, 0}));
  EXPECT_EQ(all.feature_variance, (std::vector<double>{1, 0}));
  EXPECT_EQ(all.feature_unit, (std::vector<double>{2, 1}));
}

TEST(Analyse, TakesATableForImagesOnlyWhereItsColumnsArePixels) {
  Analysis a;
  a.sample = {64};
  EXPECT_TRUE(a.is_image());
  a.columns.assign(64, "pixel_7");
  EXPECT_TRUE(a.is_image());
  a.columns.assign(64, "7x8");
  EXPECT_TRUE(a.is_image());
  for (const char* name : {"gene7", "x7", "price"}) {
    a.columns[3] = name;
    EXPECT_FALSE(a.is_image()) << name;
  }
}

/// With zero weights a row's residuals are its values.
TEST(Analyse, SummarisesAnomalyScores) {
  Autoencoder a = fresh(model({layer("dense", 1)}, {layer("dense", 2)}), {2});
  std::fill_n(a.theta().as<float>(), a.theta().size(), 0.0F);
  std::vector<float> values(60);
  for (size_t i = 0; i < values.size(); ++i) values[i] = 0.1F * static_cast<float>(i % 7 + 1);
  values[2 * 17 + 1] = 80;
  const Dataset data{"table", {2}, values, std::vector<int32_t>(30, 4)};
  const AnomalyScale scale = fit_anomaly_scale(Inference(a, 1), data, {}, 0.9);
  EXPECT_FALSE(analyse(a, data, kClean, {.threads = 1}).scores);
  const auto scores = analyse(a, data, kClean, {.threads = 1, .anomaly = &scale}).scores;
  ASSERT_TRUE(scores);
  EXPECT_EQ(scores->rows, 30);
  EXPECT_EQ(scores->above, std::ranges::count_if(scores->top, [](const auto& row) { return row.score > 1; }));
  EXPECT_EQ(scores->logarithms.counts.back(), 1) << "the outlier has the last bin";
  EXPECT_EQ(scores->top[0].row, 17);
  EXPECT_EQ(scores->top[0].label, 4);
  EXPECT_EQ(scores->top[0].shares[0].feature, 1);
  EXPECT_TRUE(std::ranges::is_sorted(scores->top, std::greater{}, &ScoreSummary::Row::score));
}

TEST(CodeMap, IsThePrincipalPlane) {
  Tensor codes = uniforms(DType::f32, {400, 30}, 3, 0, 1);
  for (int64_t i = 0; i < 400; ++i)  // two directions longer than the rest, far from each other
    for (int64_t k = 0; k < 2; ++k) codes.as<float>()[i * 30 + k] *= k ? 3 : 6;
  const Dataset data{"codes", {30}, std::vector<float>(codes.as<float>(), codes.as<float>() + codes.size()), {}};
  const auto exact = principal_components(data, Scaler{}, 1);
  const CodeMap map = code_map(codes);
  const double total = std::accumulate(exact.variances.begin(), exact.variances.end(), 0.0);
  EXPECT_NEAR(map.share_x, exact.variances[0] / total, 1e-9);
  EXPECT_NEAR(map.share_y, exact.variances[1] / total, 1e-9);
  double along = 0;
  for (const double x : map.x) along += x * x / 400;
  EXPECT_NEAR(along, exact.variances[0], 1e-6 * along);
}

TEST(CodeMap, RefusesCodesWithoutAPlane) {
  EXPECT_THROW(code_map(uniforms(DType::f32, {9, 1}, 1, 0, 1)), Error);
  EXPECT_THROW(code_map(Tensor(DType::f32, {9, 4})), Error);
  EXPECT_THROW(code_map(uniforms(DType::f32, {1, 4}, 1, 0, 1)), Error);
}

TEST(CodeMap, SurvivesRowsOfWhichFewDiffer) {
  Tensor codes(DType::f32, {40, 4});
  codes.as<float>()[7] = 1;
  const CodeMap map = code_map(codes);
  EXPECT_NEAR(map.share_x, 1, 1e-9);
  EXPECT_NEAR(map.share_y, 0, 1e-9);
}

}  // namespace
}  // namespace hourglass

#include "hourglass/train/fine_tune.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <numeric>

#include "hourglass/data/source.h"
#include "hourglass/objective/gradient_check.h"
#include "hourglass/tensor/copy.h"
#include "hourglass/train/step.h"
#include "support/golden.h"
#include "support/message_of.h"
#include "support/networks.h"
#include "support/numbers.h"

namespace hourglass {
namespace {

const std::vector<LayerConfig> kDense = {layer("dense", 12), layer("sigmoid")};

/// Encoders of 1 × 8 × 8 images.
const std::map<std::string, std::vector<LayerConfig>> kEncoders = {
    {"dense", kDense},
    {"deep", {layer("dense", 12), layer("gelu"), layer("dense", 6), layer("tanh")}},
    {"convolutions", {layer("conv2d", 3, 3), layer("softplus"), layer("max_pool2d", 2), layer("conv2d", 2, 2)}},
    {"topk", {layer("dense", 12), topk(4, 2, 8)}},
};

/// fp64: the whole way from the loss to the encoder's weights.
TEST(CrossEntropy, HasTheGradientOfFiniteDifferences) {
  for (const auto& [name, encoder] : kEncoders) {
    SCOPED_TRACE(name);
    const Network network(model(encoder, {layer("dense", 4)}), {1, 8, 8}, {4});
    Objective objective(objective_of("cross_entropy"), network);
    Tensor theta = fresh_weights(network, DType::f64, 1);
    TrainingBatch batch = objective.make_batch(DType::f64, 5, false);
    copy(uniforms(DType::f64, {5, 64}, 2, 0, 1), batch.target(5));
    batch.classes = {0, 3, 1, 1, 2};
    objective.begin(batch, 5, 5, {.mode = Mode::training});
    for (const GradientCheck& c : check_gradient(objective, batch, theta, 12)) {
      EXPECT_GT(c.checked, 0) << c.parameter;
      EXPECT_LT(c.relative_error, 1e-8) << c.parameter;
    }
  }
}

/// Whether pixel i of 8 × 8 is in the quarter.
bool is_in(int64_t i, int64_t quarter) { return i / 32 == quarter / 2 && i / 4 % 2 == quarter % 2; }

/// 8 × 8 images of noise with a bright quarter, which is the label; `flipped` of ten labels are others.
Dataset quarters(int64_t rows, uint64_t seed, int flipped = 0) {
  Dataset data{"quarters", {1, 8, 8}, std::vector<float>(64 * rows), {}};
  const auto noise = values_of(uniforms(DType::f32, {rows, 64}, seed, 0, 0.5));
  auto& pixels = std::get<std::vector<float>>(data.values);
  for (int64_t n = 0; n < rows; ++n) {
    const int64_t quarter = n * 7 % 4;
    for (int64_t i = 0; i < 64; ++i) pixels[64 * n + i] = static_cast<float>(noise[64 * n + i]) + is_in(i, quarter);
    data.labels.push_back(static_cast<int32_t>(10 * ((quarter + (n % 10 < flipped)) % 4)));
  }
  return data;
}

struct Bench {
  explicit Bench(const std::vector<LayerConfig>& encoder)
      : config(model(encoder, {layer("dense", 64)})), autoencoder(config, {1, 8, 8}) {
    copy(fresh_weights(autoencoder.network(), DType::f32, 1), autoencoder.theta());
  }
  FineTuneResult run(const Dataset& train, const Dataset& test, const FineTuneOptions& options) const {
    return fine_tune(autoencoder, config, train, test, options);
  }
  ModelConfig config;
  Autoencoder autoencoder;
};

TEST(FineTuning, LearnsWithAnyEncoder) {
  const Dataset train = quarters(600, 1), test = quarters(200, 2);
  for (const auto& [name, encoder] : kEncoders) {
    const FineTuneResult result = Bench(encoder).run(train, test, {.epochs = 20, .batch_size = 20, .rate = 1e-2});
    EXPECT_LT(result.error, 0.02) << name;
    EXPECT_LT(result.validation_error, 0.02) << name;
  }
}

TEST(FineTuning, IsTheSameOnAnyNumberOfThreads) {
  const Dataset train = quarters(700, 1, 2), test = quarters(500, 2, 2);
  const auto run = [&](int threads) {
    return Bench(kDense).run(train, test, {.epochs = 3, .batch_size = 90, .rate = 1e-2, .threads = threads});
  };
  const FineTuneResult one = run(1), many = run(3);
  EXPECT_EQ(one.error, many.error);
  EXPECT_EQ(one.validation_error, many.validation_error);
  EXPECT_EQ(one.epoch, many.epoch);
  EXPECT_GT(one.error, 0.1) << "some rows are misclassified";
}

/// alpha · k units are active in `encode`, and so they are here: in training, in validation and in the test.
TEST(FineTuning, ReadsTheCodeThatEncodeGives) {
  const Dataset train = quarters(300, 1, 4), test = quarters(300, 2, 4);
  const auto run = [&](const LayerConfig& last) {
    return Bench({layer("dense", 12), last}).run(train, test, {.epochs = 3, .batch_size = 20, .rate = 1e-2});
  };
  const FineTuneResult with_alpha = run(topk(2, 2)), plain = run(layer("topk", 4));
  EXPECT_EQ(with_alpha.error, plain.error);
  EXPECT_EQ(with_alpha.validation_error, plain.validation_error);
  EXPECT_NE(run(layer("topk", 2)).error, plain.error);
}

TEST(FineTuning, StartsAtTheModelsWeights) {
  const Dataset train = quarters(300, 1), test = quarters(300, 2);
  Bench knows({layer("dense", 4)}), blind({layer("dense", 4)});
  clear(knows.autoencoder.theta());
  clear(blind.autoencoder.theta());
  float* weight = knows.autoencoder.theta().as<float>();
  for (int64_t quarter = 0; quarter < 4; ++quarter)
    for (int64_t i = 0; i < 64; ++i) weight[64 * quarter + i] = is_in(i, quarter);
  const FineTuneOptions little{.epochs = 1, .batch_size = 10, .rate = 1e-4};
  EXPECT_LT(knows.run(train, test, little).error, 0.02);
  EXPECT_GT(blind.run(train, test, little).error, 0.6);
}

TEST(FineTuning, LeavesTheModelAsItWas) {
  const Bench bench(kDense);
  const auto before = values_of(bench.autoencoder.theta());
  bench.run(quarters(100, 1), quarters(10, 2), {.epochs = 1});
  EXPECT_EQ(values_of(bench.autoencoder.theta()), before);
}

TEST(FineTuning, TestsTheEpochThatDidBestOnRowsHeldOut) {
  const Dataset train = quarters(300, 1, 4), test = quarters(300, 2, 4);
  FineTuneOptions options{.epochs = 60, .patience = 60, .batch_size = 10, .rate = 1e-2};
  const FineTuneResult all = Bench(kDense).run(train, test, options);
  EXPECT_EQ(all.epochs, 60);
  EXPECT_LT(all.epoch, 60) << "four labels of ten are memorised in the end";
  options.epochs = all.epoch;
  const FineTuneResult until = Bench(kDense).run(train, test, options);
  EXPECT_EQ(until.epoch, all.epoch);
  EXPECT_EQ(until.error, all.error);
  options.epochs = 60;
  options.patience = 5;
  const FineTuneResult impatient = Bench(kDense).run(train, test, options);
  EXPECT_EQ(impatient.epochs, impatient.epoch + 5);
}

TEST(FineTuning, RefusesWhatItCannotLearnFrom) {
  const Bench bench(kDense);
  const auto refusal = [&](const Dataset& train, const Dataset& test, const FineTuneOptions& options = {}) {
    return message_of<Error>([&] { bench.run(train, test, options); });
  };
  const Dataset good = quarters(60, 1);
  Dataset bare = good, one = good, wide = good, unknown = good;
  bare.labels.clear();
  one.labels.assign(60, 3);
  wide.sample = {1, 4, 8};
  unknown.labels[1] = 11;
  EXPECT_EQ(refusal(bare, good), "quarters: no labels");
  EXPECT_EQ(refusal(good, bare), "quarters: no labels");
  EXPECT_EQ(refusal(one, one), "quarters: every label is 3; a classifier needs at least two classes");
  EXPECT_EQ(refusal(good, unknown), "quarters: row 2 has label 11, which no training row has (0, 10, 20, 30)");
  EXPECT_EQ(refusal(good, wide), "quarters: samples are 1 × 4 × 8, the model expects 1 × 8 × 8");
  EXPECT_EQ(refusal(good, good, {.rate = -1e-3}), "rate = -0.001: expected a number above 0");
  EXPECT_EQ(refusal(good, good, {.rate = NAN}), "rate = nan: expected a number above 0");
  EXPECT_EQ(refusal(good, good, {.epochs = 0}), "epochs = 0: expected at least 1");
  EXPECT_EQ(refusal(good, good, {.batch_size = 0}), "batch size = 0: expected at least 1");
}

TEST(FineTuning, ThrowsWhenItDiverges) {
  EXPECT_EQ(message_of<RuntimeFailure>([] {
              Bench({layer("dense", 12)}).run(quarters(100, 1), quarters(10, 2), {.batch_size = 10, .rate = 1e30});
            }),
            "fine-tuning: the loss is not finite in epoch 1; a smaller rate than 1e+30 may help");
}

TEST(FineTuning, ReportsItsProgress) {
  const Bench bench(kDense);
  std::vector<double> reported;
  fine_tune(bench.autoencoder, bench.config, quarters(100, 1), quarters(10, 2), {.epochs = 3, .batch_size = 10},
            [&](double done) { reported.push_back(done); });
  ASSERT_GT(reported.size(), 20u);
  EXPECT_TRUE(std::ranges::is_sorted(reported));
  EXPECT_EQ(reported.back(), 1);
}

double relative_distance(ConstView a, const Tensor& b) {
  const auto x = values_of(a), y = values_of(b);
  double difference = 0, norm = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    difference += std::pow(x[i] - y[i], 2);
    norm += y[i] * y[i];
  }
  return std::sqrt(difference / norm);
}

/// Labels of the MNIST sample, an epoch in order. tests/golden/classifiers.py has the same batches and rate.
TEST(FineTuningSteps, EndInPyTorchsWeights) {
  const Dataset data = open_source(HOURGLASS_TESTS "/data/mnist-sample").train;
  const auto classes = classes_of(data, distinct_labels(data));
  std::vector<uint32_t> rows(data.rows());
  std::iota(rows.begin(), rows.end(), 0u);
  for (const auto& [name, golden] : golden_cases("classifiers")) {
    SCOPED_TRACE(name);
    Autoencoder classifier(Network(golden.model(), data.sample, {10}));
    classifier.load_weights({golden.part("initial."), {}}, "initial");
    classifier.scaler = fit_scaler(ScalerKind::unit, data, rows);
    Objective objective(objective_of("cross_entropy"), classifier.network());
    Optimizer adam({}, DType::f32, classifier.theta().size());
    const Corruption none({}, 0);
    TrainingStep step(classifier, objective, adam, none, 128, classes);
    for (int64_t k = 0; k < 25; ++k)
      step.run(data,
               {.rows = std::span(rows).subspan(128 * k, 128), .number = k + 1, .learning_rate = 1e-3, .threads = 2});
    const auto initial = golden.part("initial."), final = golden.part("final.");
    for (const auto& [tensor, view] : classifier.weights()) {
      EXPECT_LT(relative_distance(view, final.at(tensor)), 1e-4) << tensor;
      EXPECT_GT(relative_distance(initial.at(tensor), final.at(tensor)), 1e-3) << tensor << " did not move";
    }
  }
}

}  // namespace
}  // namespace hourglass

#include "hourglass/train/fine_tune.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "hourglass/base/random.h"
#include "hourglass/data/labels.h"
#include "hourglass/data/split.h"
#include "hourglass/model/inference.h"
#include "hourglass/tensor/copy.h"
#include "hourglass/tensor/visit.h"
#include "hourglass/train/step.h"

namespace hourglass {

namespace {

void check(const FineTuneOptions& o) {
  if (o.epochs < 1) fail("epochs = {}: expected at least 1", o.epochs);
  if (o.patience < 1) fail("patience = {}: expected at least 1", o.patience);
  if (o.batch_size < 1) fail("batch size = {}: expected at least 1", o.batch_size);
  if (!(o.rate > 0 && std::isfinite(o.rate))) fail("rate = {}: expected a number above 0", o.rate);
}

ObjectiveConfig cross_entropy() {
  ObjectiveConfig config;
  config.reconstruction = "cross_entropy";
  return config;
}

/// The model's encoder with its weights, and a layer of zeros for the scores of the classes.
Autoencoder classifier_from(const Autoencoder& model, const ModelConfig& config, int64_t classes) {
  LayerConfig scores;
  scores.kind = "dense";
  scores.size = classes;
  ModelConfig layers;
  layers.encoder = config.encoder;
  layers.decoder = {scores};
  Autoencoder classifier(Network(layers, model.network().input(), {classes}));
  classifier.scaler = model.scaler;
  classifier.enter({.encoding = true});
  const Shape encoder{model.network().encoder_parameter_count()};
  copy(model.theta().part(0, encoder), classifier.theta().part(0, encoder));
  return classifier;
}

/// The fraction of the given rows whose largest score is not their class's.
double error_of(const Inference& inference, const Dataset& data, std::span<const uint32_t> rows,
                std::span<const int32_t> classes) {
  std::vector<int64_t> wrong(inference.chunks(static_cast<int64_t>(rows.size())));
  inference.reconstruct(data, rows, [&](const Inference::Chunk& chunk) {
    const ConstView scores = chunk.reconstruction();
    visit_floats(scores, [&](auto all) {
      const auto* row = all.data();
      for (int64_t i = 0; i < chunk.rows; ++i, row += scores.columns())
        wrong[chunk.index] += std::max_element(row, row + scores.columns()) - row != classes[rows[chunk.first + i]];
    });
  });
  return static_cast<double>(std::accumulate(wrong.begin(), wrong.end(), int64_t{0})) /
         static_cast<double>(rows.size());
}

class FineTuning {
 public:
  FineTuning(Autoencoder& classifier, const Dataset& data, std::vector<int32_t> classes, const FineTuneOptions& options)
      : classifier_(classifier),
        data_(data),
        classes_(std::move(classes)),
        options_(options),
        split_(split_rows(static_cast<uint32_t>(data.rows()), 1.0 / 6, /*seed=*/0)),
        objective_(cross_entropy(), classifier.network()),
        optimizer_({.learning_rate = options.rate}, classifier.theta().dtype(), classifier.theta().size()),
        step_(classifier, objective_, optimizer_, corruption_, std::min(options.batch_size, rows()), classes_),
        best_(classifier.theta().dtype(), classifier.theta().shape()) {}

  /// Leaves the weights of the best epoch in the classifier. The test error is not known here.
  FineTuneResult run(const std::function<void(double)>& progress) {
    FineTuneResult result{.validation_error = 2};
    const Inference inference(classifier_, options_.threads);
    while (result.epochs < options_.epochs && result.epochs - result.epoch < options_.patience) {
      run_epoch(++result.epochs, progress);
      const double error = error_of(inference, data_, split_.validation, classes_);
      if (error >= result.validation_error) continue;
      result.validation_error = error;
      result.epoch = result.epochs;
      copy(classifier_.theta(), best_);
    }
    copy(best_, classifier_.theta());
    return result;
  }

 private:
  int64_t rows() const { return static_cast<int64_t>(split_.train.size()); }

  void run_epoch(int64_t epoch, const std::function<void(double)>& progress) {
    std::vector<uint32_t> order =
        shuffled(options_.seed, static_cast<uint32_t>(epoch), static_cast<uint32_t>(split_.train.size()));
    for (uint32_t& row : order) row = split_.train[row];
    for (int64_t first = 0; first < rows(); first += options_.batch_size) {
      const int64_t count = std::min(options_.batch_size, rows() - first);
      const auto terms = step_.run(data_, std::span(order).subspan(first, count), static_cast<uint32_t>(epoch),
                                   ++steps_, options_.rate, options_.threads);
      if (!std::isfinite(terms.loss))
        throw RuntimeFailure(fmt::format(
            "fine-tuning: the loss is not finite in epoch {}; a smaller rate than {} may help", epoch, options_.rate));
      const double epochs =
          static_cast<double>(epoch - 1) + static_cast<double>(first + count) / static_cast<double>(rows());
      if (progress) progress(epochs / static_cast<double>(options_.epochs));
    }
  }

  Autoencoder& classifier_;
  const Dataset& data_;
  std::vector<int32_t> classes_;  ///< per row of the data
  const FineTuneOptions& options_;
  Split split_;
  Objective objective_;
  Optimizer optimizer_;
  Corruption corruption_{{}, 0};
  TrainingStep step_;
  Tensor best_;
  int64_t steps_ = 0;
};

}  // namespace

FineTuneResult fine_tune(const Autoencoder& model, const ModelConfig& config, const Dataset& train, const Dataset& test,
                         const FineTuneOptions& options, const std::function<void(double)>& progress) {
  check(options);
  for (const Dataset* data : {&train, &test}) model.check_fits(*data);
  const std::vector<int32_t> labels = distinct_labels(train), test_classes = classes_of(test, labels);
  Autoencoder classifier = classifier_from(model, config, static_cast<int64_t>(labels.size()));
  FineTuneResult result = FineTuning(classifier, train, classes_of(train, labels), options).run(progress);
  std::vector<uint32_t> all(test.rows());
  std::iota(all.begin(), all.end(), 0u);
  result.error = error_of(Inference(classifier, options.threads), test, all, test_classes);
  if (progress) progress(1);
  return result;
}

}  // namespace hourglass

#include "hourglass/train/fine_tune.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "hourglass/base/statistics.h"
#include "hourglass/data/split.h"
#include "hourglass/model/inference.h"
#include "hourglass/tensor/copy.h"
#include "hourglass/tensor/visit.h"
#include "hourglass/train/best_weights.h"
#include "hourglass/train/training_loop.h"

namespace hourglass {

namespace {

void check(const FineTuneOptions& o) {
  if (o.epochs < 1) fail("epochs = {}: expected at least 1", o.epochs);
  if (o.patience < 1) fail("patience = {}: expected at least 1", o.patience);
  if (o.batch_size < 1) fail("batch size = {}: expected at least 1", o.batch_size);
  if (!(o.rate > 0 && std::isfinite(o.rate))) fail("rate = {}: expected a number above 0", o.rate);
}

/// The model's encoder with its weights, followed by a dense layer of zeros that gives the classes' scores.
Autoencoder classifier_from(const Autoencoder& model, const ModelConfig& config, int64_t classes) {
  ModelConfig layers;
  layers.encoder = config.encoder;
  layers.decoder = {{"dense", DenseConfig{classes}}};
  Autoencoder classifier(Network(layers, model.network().input(), {classes}));
  classifier.scaler = model.scaler;
  const Shape encoder{model.network().encoder_parameter_count()};
  copy(model.theta().part(0, encoder), classifier.theta().part(0, encoder));
  for (LayerState* to : classifier.state())
    for (const LayerState* from : model.network().state())
      if (from->name == to->name) copy(from->values, to->values);
  return classifier;
}

/// The fraction of the given rows whose largest score is that of another class.
double error_of(const Inference& inference, const Dataset& data, std::span<const uint32_t> rows,
                std::span<const int32_t> classes) {
  std::vector<int64_t> wrong(inference.chunks(static_cast<int64_t>(rows.size())));
  const auto count_wrong = [&](const Inference::Chunk& chunk) {
    const ConstView scores = chunk.reconstruction();
    visit_floats(scores, [&](auto all) {
      const auto* row = all.data();
      for (int64_t i = 0; i < chunk.rows; ++i, row += scores.columns())
        wrong[chunk.index] += std::max_element(row, row + scores.columns()) - row != classes[rows[chunk.first + i]];
    });
  };
  inference.reconstruct(data, rows, count_wrong, nullptr, Mode::encoding);
  return static_cast<double>(std::accumulate(wrong.begin(), wrong.end(), int64_t{0})) /
         static_cast<double>(rows.size());
}

/// The training of the classifier as a recipe; batches of at most `rows` rows.
Recipe recipe_of(const FineTuneOptions& options, int64_t rows) {
  Recipe recipe;
  recipe.objective.reconstruction = Reconstruction::cross_entropy;
  recipe.train.optimizer.learning_rate = options.rate;
  recipe.train.batch_size = std::min(options.batch_size, rows);
  recipe.train.seed = options.seed;
  return recipe;
}

/// Leaves the weights of the best epoch in the classifier. `classes`: one per row of the data. The result's test error
/// is not set.
FineTuneResult train_classifier(Autoencoder& classifier, const Dataset& data, std::span<const int32_t> classes,
                                const FineTuneOptions& options, const std::function<void(double)>& report_progress) {
  const Split split = split_rows(static_cast<uint32_t>(data.rows()), 1.0 / 6, /*seed=*/0);
  const auto rows = static_cast<int64_t>(split.train.size());
  const Recipe recipe = recipe_of(options, rows);
  TrainingLoop loop(recipe, classifier, 0, classes);
  BestWeights best({.patience = options.patience}, classifier);
  ThreadChoice threads(options.threads, 1);
  const Inference inference(classifier, options.threads);
  int64_t epoch = 0;
  while (epoch < options.epochs && !best.is_patience_over(epoch)) {
    EpochProgress progress;
    const auto after_step = [&, done = epoch] {
      const double epochs = static_cast<double>(done) + static_cast<double>(progress.rows) / static_cast<double>(rows);
      if (report_progress) report_progress(epochs / static_cast<double>(options.epochs));
      return true;
    };
    if (!loop.run_epoch(data, split.train, ++epoch, threads, progress, after_step))
      throw RuntimeFailure(fmt::format(
          "fine-tuning: the loss is not finite in epoch {}; a smaller rate than {} may help", epoch, options.rate));
    best.update(epoch, error_of(inference, data, split.held_out, classes), classifier);
  }
  best.snapshot().restore(classifier);
  return {.validation_error = best.best().loss, .epoch = best.best().epoch, .epochs = epoch};
}

}  // namespace

FineTuneResult fine_tune(const Autoencoder& model, const ModelConfig& config, const Dataset& train, const Dataset& test,
                         const FineTuneOptions& options, const std::function<void(double)>& progress) {
  check(options);
  for (const Dataset* data : {&train, &test}) model.check_fits(*data);
  const std::vector<int32_t> labels = distinct_labels(train), test_classes = classes_of(test, labels);
  Autoencoder classifier = classifier_from(model, config, static_cast<int64_t>(labels.size()));
  FineTuneResult result = train_classifier(classifier, train, classes_of(train, labels), options, progress);
  result.error = error_of(Inference(classifier, options.threads), test, all_rows(test.rows()), test_classes);
  if (progress) progress(1);
  return result;
}

}  // namespace hourglass

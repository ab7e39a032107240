#include "hourglass/app/training.h"

#include <algorithm>

#include "hourglass/base/parallel.h"
#include "hourglass/base/statistics.h"
#include "hourglass/data/scaler.h"
#include "hourglass/data/series.h"
#include "hourglass/eval/pca_init.h"
#include "hourglass/train/load_batch.h"

namespace hourglass {

Autoencoder initial_model(const Recipe& recipe, const Shape& sample, const std::optional<InitialWeights>& weights,
                          DType dtype) {
  Autoencoder model(recipe.model, sample, dtype);
  if (weights)
    model.load_weights(weights->tensors, weights->name);
  else
    initialise(model.network(), recipe.model.init, recipe.train.seed, model.theta());
  return model;
}

Autoencoder initial_model(const Recipe& recipe, const Dataset& train, const std::optional<InitialWeights>& weights) {
  constexpr size_t kMostRows = 1 << 16;
  Autoencoder model = initial_model(recipe, train.sample, weights);
  if (weights || recipe.model.init.kind != InitKind::pca) return model;
  auto rows = validation_split(recipe, train).train;
  model.scaler = fit_scaler(recipe.data, train, rows);
  const size_t step = (rows.size() + kMostRows - 1) / kMostRows;
  for (size_t i = 0; i * step < rows.size(); ++i) rows[i] = rows[i * step];
  rows.resize((rows.size() + step - 1) / step);
  initialise_by_pca(train.select(rows), available_threads(), model);
  return model;
}

TrainedModel untrained_model(const Recipe& recipe, const Dataset& data, DType dtype) {
  TrainedModel model{recipe, initial_model(recipe, data.sample, {}, dtype)};
  model.autoencoder.scaler = fit_scaler(recipe.data, data, all_rows(data.rows()));
  return model;
}

std::vector<GradientCheck> check_gradients(const Recipe& recipe, const Dataset& data, int64_t rows, int64_t entries,
                                           const CheckProgress& progress) {
  const Dataset first = data.slice(0, std::min(rows, data.rows()));
  Autoencoder model = untrained_model(recipe, first, DType::f64).autoencoder;
  model.network().check_batch(first.rows());
  Objective objective(recipe.objective, model.network(), recipe.train.seed);
  if (objective.reconstruction() == Reconstruction::bce) check_unit_interval(data, model.scaler);
  const Corruption corruption(recipe.corruption, recipe.train.seed);
  TrainingBatch batch = objective.make_batch(DType::f64, first.rows(), corruption.is_active());
  load_batch(objective, {first, model.scaler, corruption}, all_rows(first.rows()), first.rows(),
             {.mode = Mode::training, .epoch = 1}, batch);
  return check_gradient(objective, batch, model.theta(), entries, progress);
}

namespace {

/// The windows of rows in memory, if the recipe is one for series.
std::optional<Dataset> windows_of(const Recipe& recipe, const Dataset& rows) {
  const ReadOptions& read = recipe.data.read;
  if (read.series.window == 0 || series_of(rows)) return std::nullopt;
  return make_windows(rows, read.series, read.missing);
}

}  // namespace

std::pair<TrainedModel, RunOutcome> train_in_memory(const MemoryTraining& training, RunListener& listener,
                                                    const std::function<bool()>& stop) {
  const auto& [recipe, rows, test_rows, init, threads] = training;
  const auto windows = windows_of(recipe, rows),
             test_windows = test_rows ? windows_of(recipe, *test_rows) : std::nullopt;
  const Dataset& train = windows ? *windows : rows;
  const Dataset* test = test_windows ? &*test_windows : test_rows;
  if (test && test->sample.size() != train.sample.size())
    fail("{}: samples are {}, the training rows' {}", test->name, test->sample.text(), train.sample.text());
  TrainedModel model{recipe, initial_model(recipe, train, init)};
  Trainer trainer(recipe, model.autoencoder, train, test, threads);
  const RunOutcome outcome = trainer.run({listener, stop, {}});
  if (outcome == RunOutcome::finished || outcome == RunOutcome::stopped_early) model.anomaly = trainer.anomaly_scale();
  return {std::move(model), outcome};
}

}  // namespace hourglass

#include "hourglass/app/training.h"

#include <numeric>

namespace hourglass {

Autoencoder initial_model(const Recipe& recipe, const Shape& sample, const std::optional<InitialWeights>& weights) {
  Autoencoder model(recipe.model, sample);
  if (weights)
    model.load_weights(weights->tensors, weights->name);
  else
    initialise(model.network(), recipe.model.init, recipe.train.seed, model.theta());
  return model;
}

TrainedModel untrained_model(const Recipe& recipe, const Dataset& data) {
  TrainedModel model{recipe, initial_model(recipe, data.sample, {})};
  std::vector<uint32_t> rows(data.rows());
  std::iota(rows.begin(), rows.end(), 0u);
  model.autoencoder.scaler = fit_scaler(recipe.data.scale, data, rows, recipe.data.read.missing == MissingValues::mean);
  return model;
}

TrainedInMemory train_in_memory(const MemoryTraining& training, RunListener& listener,
                                const std::function<bool()>& stop) {
  const auto& [recipe, train, test, init, threads] = training;
  if (test && test->sample.size() != train.sample.size())
    fail("{}: samples are {}, the training rows' {}", test->name, test->sample.text(), train.sample.text());
  TrainedInMemory result{{recipe, initial_model(recipe, train.sample, init)}, RunOutcome::finished};
  Trainer trainer(recipe, result.model.autoencoder, train, test, threads);
  result.outcome = trainer.run({listener, stop, {}});
  if (result.outcome == RunOutcome::finished || result.outcome == RunOutcome::stopped_early)
    result.model.anomaly = trainer.anomaly_scale();
  return result;
}

}  // namespace hourglass

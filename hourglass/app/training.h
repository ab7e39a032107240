#pragma once

#include <functional>
#include <optional>
#include <string>

#include "hourglass/model/model_file.h"
#include "hourglass/train/trainer.h"

namespace hourglass {

/// Weights to start from.
struct InitialWeights {
  SafeTensors tensors;
  std::string name;  ///< of their file, for messages
};

/// An autoencoder for samples of a shape, with the given weights, else with random ones by the recipe's init and seed.
/// Its scaler is not fitted. Throws Error where the recipe's network does not fit the shape or the weights.
Autoencoder initial_model(const Recipe& recipe, const Shape& sample, const std::optional<InitialWeights>& weights);

/// A model with random weights, its scaler fitted to all rows of `data`.
TrainedModel untrained_model(const Recipe& recipe, const Dataset& data);

/// A model trained in memory.
struct TrainedInMemory {
  TrainedModel model;
  RunOutcome outcome;
};

/// What to train in memory.
struct MemoryTraining {
  const Recipe& recipe;  ///< its data.source does not matter
  const Dataset& train;
  const Dataset* test = nullptr;  ///< measured after every epoch; may be null
  std::optional<InitialWeights> init = {};
  int threads = 0;  ///< 0: as many as the trainer finds useful
};

/// Trains without a run folder. `stop` is asked after every step; true ends the training there. The anomaly scale is
/// fitted where the recipe asks for one and the training was not interrupted and did not diverge. Throws Error as
/// Trainer does, and where the test samples have another size than the training samples.
TrainedInMemory train_in_memory(const MemoryTraining& training, RunListener& listener,
                                const std::function<bool()>& stop);

}  // namespace hourglass

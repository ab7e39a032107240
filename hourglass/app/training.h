#pragma once

#include <functional>
#include <optional>
#include <string>

#include "hourglass/model/model_file.h"
#include "hourglass/objective/gradient_check.h"
#include "hourglass/train/trainer.h"

namespace hourglass {

/// Weights to start from.
struct InitialWeights {
  SafeTensors tensors;
  std::string name;  ///< of their file, for messages
};

/// Creates an autoencoder for samples of this shape, with the given weights or, without them, random weights from the
/// recipe's init and seed. Its scaler is not fitted. Throws Error if the recipe's network does not fit the shape or the
/// weights.
Autoencoder initial_model(const Recipe& recipe, const Shape& sample, const std::optional<InitialWeights>& weights,
                          DType dtype = DType::f32);

/// The same for the rows of a training. With init = "pca" and without given weights, the weights follow from the rows
/// that are not held out, at most 2^16 of them, evenly spread; throws Error as initialise_by_pca does.
Autoencoder initial_model(const Recipe& recipe, const Dataset& train, const std::optional<InitialWeights>& weights);

/// A model with random weights, its scaler fitted to all rows of `data`.
TrainedModel untrained_model(const Recipe& recipe, const Dataset& data, DType dtype = DType::f32);

/// Checks the gradients of an untrained model on the first `rows` rows, scaled and corrupted as in training, in double
/// precision: check_gradient on `entries` elements of each parameter.
std::vector<GradientCheck> check_gradients(const Recipe& recipe, const Dataset& data, int64_t rows, int64_t entries,
                                           const CheckProgress& progress = {});

/// What to train in memory.
struct MemoryTraining {
  const Recipe& recipe;  ///< its data.source does not matter
  const Dataset& train;
  const Dataset* test = nullptr;  ///< measured after every epoch; may be null
  std::optional<InitialWeights> init = {};
  int threads = 0;  ///< 0: as many as the trainer finds useful
};

/// Trains without a run folder. Rows are time steps, and become windows, where the recipe has data.window. `stop` is
/// asked after every step; true ends the training there. The anomaly scale is fitted where the recipe asks for one and
/// the training was not interrupted and did not diverge. Throws Error as Trainer does, and where the test samples have
/// another size than the training samples.
std::pair<TrainedModel, RunOutcome> train_in_memory(const MemoryTraining& training, RunListener& listener,
                                                    const std::function<bool()>& stop);

}  // namespace hourglass

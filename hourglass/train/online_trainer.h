#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "hourglass/model/autoencoder.h"
#include "hourglass/recipe/recipe.h"
#include "hourglass/train/step.h"

namespace hourglass {

/// Trains a model on data that come in parts and are never there as a whole. The optimiser's state lives on from part
/// to part; the learning rate is constant, for nobody knows how many parts will come. Of the recipe it follows the
/// objective, corruption, batch size, optimiser, shuffling and seed. The model's scaler stays as it is. A run is a pure
/// function of recipe, starting weights and parts.
class OnlineTrainer {
 public:
  /// Recipe and model must outlive the trainer.
  OnlineTrainer(const Recipe& recipe, Autoencoder& model);

  /// One pass over the rows of `part`, in batches, on `threads`; 0 for as many as are really there. `stop` is asked
  /// after every step; true ends the pass there. Returns the mean loss of the rows trained on, weights moving
  /// meanwhile. Throws Error when the part does not fit the model or the objective, and RuntimeFailure when the loss is
  /// not finite; the weights before that step stay.
  double pass(const Dataset& part, int threads, const std::function<bool()>& stop);

  /// What to go on from beside the weights, as bytes of a safetensors file, and back. Throws Error naming `name` when
  /// it is not of such a trainer.
  std::string state();
  void restore(const SafeTensors& state, const std::string& name);

 private:
  const Recipe& recipe_;
  Autoencoder& model_;
  Objective objective_;
  Optimizer optimizer_;
  Corruption corruption_;
  TrainingStep step_;
  int64_t steps_ = 0, passes_ = 0;
};

}  // namespace hourglass

#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "hourglass/train/divergence_guard.h"
#include "hourglass/train/training_loop.h"

namespace hourglass {

/// Trains a model on data that arrive in parts. The optimiser's state carries over from part to part; the learning rate
/// is constant, because the number of parts is unknown, and train.ema is ignored: the weights are the latest ones.
/// Uses the recipe's objective, corruption, batch size, optimiser, shuffling and seed; the model's scaler does not
/// change. A run is a pure function of recipe, starting weights and parts.
class OnlineTrainer {
 public:
  /// Recipe and model must outlive the trainer.
  OnlineTrainer(const Recipe& recipe, Autoencoder& model)
      : model_(model), loop_(recipe, model), guard_(model, loop_.optimizer()) {}

  /// Trains on every row of `part` once, in batches, on `threads` threads; 0: all available cores. `stop` is called
  /// after every step; true ends the pass there. Returns the mean loss of the rows trained on, each as of its step.
  /// Throws Error when the part does not fit the model or the objective, and RuntimeFailure when the loss, a weight or
  /// the optimiser's state is not finite; the trainer and the model are then as before the pass.
  double pass(const Dataset& part, int threads, const std::function<bool()>& stop);

  /// What a later trainer needs to continue, apart from the weights, as bytes of a safetensors file.
  std::string state();
  /// Continues from such bytes. Throws Error naming `name` when they do not fit this trainer.
  void restore(const SafeTensors& state, const std::string& name);

 private:
  Autoencoder& model_;
  TrainingLoop loop_;
  DivergenceGuard guard_;
  int64_t passes_ = 0;
};

}  // namespace hourglass

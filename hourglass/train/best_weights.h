#pragma once

#include "hourglass/model/model_snapshot.h"
#include "hourglass/recipe/recipe.h"

namespace hourglass {

/// Early stopping: holds the weights of the epoch with the smallest validation loss so far, and says when the patience
/// is over.
class BestWeights {
 public:
  BestWeights(const EarlyStoppingConfig& config, const Autoencoder& model) : config_(config), snapshot_(model) {}

  /// Epoch 0 stands for the initial weights. Takes a snapshot of the model if `loss` is the first one, or smaller than
  /// the best by more than min_delta.
  void update(int64_t epoch, double loss, const Autoencoder& model);
  /// Whether `patience` epochs or more have passed without a better one.
  bool is_patience_over(int64_t epoch) const { return epoch - best_.epoch >= config_.patience; }

  /// The epoch whose weights are held, and its loss; both are 0 before the first.
  struct Epoch {
    int64_t epoch = 0;
    double loss = 0.0;
  };
  const Epoch& best() const { return best_; }
  ModelSnapshot& snapshot() { return snapshot_; }
  /// Continues from a checkpoint's best epoch; its weights go to snapshot().
  void resume(const Epoch& best) { best_ = best; }

 private:
  EarlyStoppingConfig config_;
  ModelSnapshot snapshot_;
  Epoch best_;
};

}  // namespace hourglass

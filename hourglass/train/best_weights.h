#pragma once

#include "hourglass/recipe/recipe.h"
#include "hourglass/tensor/tensor.h"

namespace hourglass {

/// Early stopping: holds the weights of the epoch with the smallest validation loss so far, and says when the patience
/// is over.
class BestWeights {
 public:
  /// Memory for weights like `theta`.
  BestWeights(const EarlyStoppingConfig& config, ConstView theta)
      : config_(config), weights_(theta.dtype(), theta.shape()) {}

  /// Copies `theta` if `loss` is the first one, or smaller than the best by more than min_delta.
  void update(int64_t epoch, double loss, ConstView theta);
  /// Whether `patience` epochs or more have passed without a better one.
  bool is_patience_over(int64_t epoch) const { return epoch - best_.epoch >= config_.patience; }

  /// The epoch whose weights are held, from 1, and its loss; both are 0 before the first.
  struct Epoch {
    int64_t epoch = 0;
    double loss = 0.0;
  };
  const Epoch& best() const { return best_; }
  View weights() { return weights_; }
  /// Continues from a checkpoint's best epoch; its weights go to weights().
  void resume(const Epoch& best) { best_ = best; }

 private:
  EarlyStoppingConfig config_;
  Tensor weights_;
  Epoch best_;
};

}  // namespace hourglass

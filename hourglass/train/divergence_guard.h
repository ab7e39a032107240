#pragma once

#include <string>

#include "hourglass/model/model_snapshot.h"
#include "hourglass/optim/optimizer.h"

namespace hourglass {

/// Holds a copy of the last weights that were known to be finite, and restores it when training diverges.
class DivergenceGuard {
 public:
  /// Both must outlive the guard.
  DivergenceGuard(Autoencoder& model, Optimizer& optimizer);

  /// Copies the present weights. `when` names the moment in messages: "after epoch 3".
  void snapshot_weights(const std::string& when);
  /// The name of the first tensor, of the weights or of the optimiser's state, with a value that is not finite; empty
  /// when all are finite.
  std::string non_finite_tensor() const;
  /// Restores the copied weights. Returns a message for the user: what was not finite, and which weights these are.
  std::string restore_weights(int64_t epoch, int64_t step);

 private:
  Autoencoder& model_;
  Optimizer& optimizer_;
  ModelSnapshot last_finite_;
  std::string snapshot_time_;
};

}  // namespace hourglass

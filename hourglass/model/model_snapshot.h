#pragma once

#include <map>
#include <string>
#include <vector>

#include "hourglass/model/autoencoder.h"

namespace hourglass {

/// A copy of a model's weights and layer states.
class ModelSnapshot {
 public:
  /// Allocates memory and copies the weights and layer states of `model`.
  explicit ModelSnapshot(const Autoencoder& model);

  /// Copies the weights and layer states of a model of the same network; allocates nothing.
  void take(const Autoencoder& model);
  void restore(Autoencoder& model) const;

  /// Tensors for a checkpoint: θ under the key `name`, every layer state under `name`.STATE.
  std::map<std::string, View> tensors(const std::string& name);

 private:
  Tensor theta_;
  std::map<std::string, Tensor> states_;
};

/// The same names for the tensors of a model itself.
std::map<std::string, View> snapshot_tensors(Autoencoder& model, const std::string& name);

}  // namespace hourglass

#pragma once

#include <map>
#include <string>
#include <utility>

#include "hourglass/data/formats/safetensors.h"
#include "hourglass/data/scaler.h"
#include "hourglass/nn/network.h"

namespace hourglass {

/// A network with its weights and the scaling of its data: everything inference needs.
class Autoencoder {
 public:
  /// All weights zero. Throws Error when the stack does not fit the input.
  Autoencoder(const ModelConfig& config, Shape input, DType dtype = DType::f32)
      : Autoencoder(Network(config, input), dtype) {}
  explicit Autoencoder(Network network, DType dtype = DType::f32)
      : network_(std::move(network)), theta_(dtype, {network_.parameter_count()}) {}

  /// With the weights of `file`. Throws Error as load_weights does, before memory for them is taken: a small file may
  /// describe a network of any size.
  Autoencoder(Network network, const SafeTensors& file, const std::string& name);

  const Network& network() const { return network_; }
  View theta() { return theta_; }
  ConstView theta() const { return theta_; }

  Scaler scaler;

  /// Throws Error when the data's samples are not of the network's size.
  void check_fits(const Dataset& data) const;

  /// Takes the weights of every parameter from `file`. Throws Error naming a missing, surplus or misshapen tensor, or
  /// one with a value that is not a finite number; then nothing has changed. `name` is the file, for messages.
  void load_weights(const SafeTensors& file, const std::string& name);

  /// Tensors of layers that are not weights: Network::state.
  std::vector<LayerState*> state() { return network_.state(); }
  void update_state(const PassContext& context, std::span<const double> batch_sums) {
    network_.update_state(context, batch_sums);
  }

  /// The weights, and the layer states that inference needs, by their names in model files: the state_dict of the same
  /// torch.nn.Sequential pair.
  std::map<std::string, ConstView> weights() const;

 private:
  void copy_weights(const SafeTensors& file);

  Network network_;
  Tensor theta_;
};

/// The scaler as JSON for a model file's metadata, and back. Throws Error when it is not one for `features` features.
std::string scaler_json(const Scaler& scaler);
Scaler scaler_from_json(const std::string& text, int64_t features, const std::string& name);

}  // namespace hourglass

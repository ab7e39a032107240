#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "hourglass/nn/config.h"
#include "hourglass/nn/layer.h"

namespace hourglass {

/// Outputs of the layers for up to `capacity` rows, made once and reused.
struct Activations {
  std::vector<View> values;    ///< (capacity, units) per layer
  std::vector<Tensor> memory;  ///< what values look at, unless that is someone else's
  int64_t capacity = 0;
};

/// Encoder and decoder as one chain of layers over one flat parameter vector θ. Running it changes nothing in it, so
/// any number of threads may at once. Samples go in and come out in the data's own order (images channels-first);
/// between layers images are channels-last.
class Network {
 public:
  /// Throws Error naming the first layer that does not fit and both shapes; the two layers when tied ones are no
  /// mirror images; or when the decoder's output is not `output`: the input again, unless it is to make something else.
  Network(const ModelConfig& config, Shape input) : Network(config, input, input) {}
  Network(const ModelConfig& config, Shape input, Shape output);

  int layers() const { return static_cast<int>(layers_.size()); }
  const Layer& layer(int i) const { return *layers_[i]; }
  /// Layers [0, code_end) are the encoder; the code is the output of layer code_end − 1.
  int code_end() const { return code_end_; }
  const Layer& code() const { return *layers_[code_end_ - 1]; }
  const Shape& input() const { return input_; }
  /// The decoder's last layer is a sigmoid.
  bool ends_in_sigmoid() const;

  /// A new network is at the end of its run and not encoding. Not while a thread runs the network.
  void enter(const Stage& stage) {
    for (const auto& layer : layers_) layer->enter(stage);
  }

  std::span<const Parameter> parameters() const { return parameters_; }
  /// Elements of θ, including the padding between parameters (which stays zero).
  int64_t parameter_count() const { return parameter_count_; }
  /// The encoder's are the first of them.
  int64_t encoder_parameter_count() const { return encoder_parameter_count_; }

  /// Space for the outputs of all layers.
  Activations activations(DType dtype, int64_t capacity) const;

  /// Runs layers [first, last) on `in` (rows, …), leaving every output in `a`.
  void forward(ConstView theta, const InputRows& in, Activations& a, int first, int last) const;

  /// Output of layer i for the first `rows` rows.
  View value(Activations& a, int i, int64_t rows) const { return a.values[i].slice(0, rows); }

 private:
  /// `weights`: the encoder leaves its own there, a tied decoder takes them away.
  void append(const std::vector<LayerConfig>& configs, const std::string& name, bool is_tied,
              std::vector<MirroredWeight>& weights);

  Shape input_;
  std::vector<std::unique_ptr<Layer>> layers_;
  std::vector<Parameter> parameters_;
  int code_end_ = 0;
  int64_t parameter_count_ = 0, encoder_parameter_count_ = 0;
};

/// Fresh weights, a pure function of (seed, parameter, element). θ is (parameter_count).
void initialise(const Network& network, const InitConfig& init, uint64_t seed, View theta);

}  // namespace hourglass

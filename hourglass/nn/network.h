#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "hourglass/nn/config.h"
#include "hourglass/nn/layer.h"

namespace hourglass {

/// Encoder and decoder as one chain of layers over one flat parameter vector θ. A pass does not change the network, so
/// any number of threads may run passes at the same time. Inputs and outputs have the data's memory order (images
/// channels-first); between layers images are channels-last.
class Network {
 public:
  /// Throws Error with both shapes for the first layer whose input does not fit; with both layers if tied layers are
  /// not mirror images; and if the shape of the decoder's output is not `output`, by default the shape of the input.
  Network(const ModelConfig& config, Shape input) : Network(config, input, input) {}
  Network(const ModelConfig& config, Shape input, Shape output, MakeLayer* make = make_layer);

  int layers() const { return static_cast<int>(layers_.size()); }
  const Layer& layer(int i) const { return *layers_[i]; }
  /// Layers [0, code_end) are the encoder; the code is the output of layer code_end − 1.
  int code_end() const { return code_end_; }
  const Layer& code() const { return *layers_[code_end_ - 1]; }
  const Shape& input() const { return input_; }
  /// True if the last layer of the decoder is a sigmoid.
  bool ends_in_sigmoid() const;

  std::span<const Parameter> parameters() const { return parameters_; }
  /// Elements of all parameters.
  int64_t weight_count() const;
  /// Elements of θ, including the padding between parameters (which stays zero).
  int64_t parameter_count() const { return parameter_count_; }
  /// Number of leading elements of θ that belong to the encoder.
  int64_t encoder_parameter_count() const { return encoder_parameter_count_; }

  /// Multiplications of one sample's forward and backward pass.
  double products() const;

  /// Continues the forward pass up to layer `last`, exclusive. Returns false if it stops before a layer that needs sums
  /// over the whole batch: the sums of this micro-batch are then in `batch.sums`, and the next call takes the sums of
  /// all micro-batches in `batch_sums` (at least sums_size()).
  bool forward(ConstView theta, MicroBatch& batch, int last, std::span<const double> batch_sums = {}) const;
  /// Accumulates further gradients at the output of a layer in grad (rows, units), such as those of penalties.
  using AddGradient = std::function<void(int layer, View grad)>;
  /// Continues the backward pass from the gradient at the output of layer `top` to layer 0. Assigns the gradient at the
  /// output of every layer and then calls `add` for it. grad_theta accumulates the gradient of all parameters that are
  /// not deferred. Outputs that no later step needs are overwritten. Returns false as forward does.
  bool backward(ConstView theta, MicroBatch& batch, int top, const AddGradient& add, View grad_theta,
                std::span<const double> batch_sums = {}) const;
  /// Accumulates in grad_theta the weight gradients that layers [0, last) have deferred. Requires a finished backward
  /// pass.
  void add_deferred_gradients(const MicroBatch& batch, int last, View grad_theta) const;

  /// True if some layer defers its weight gradient; a micro-batch is then read after its backward pass.
  bool defers_weight_gradients() const;
  /// Number of sums over the rows of a batch that the layers need in training.
  int64_t sums_size() const { return sums_size_; }
  /// Calls Layer::add_batch_gradient of all layers after the backward passes of a batch with these sums.
  void add_batch_gradients(std::span<const double> batch_sums, int64_t batch_rows, int64_t first, View grad) const;
  /// Throws Error if a layer cannot be trained on a batch of so many rows.
  void check_batch(int64_t rows) const;
  /// Tensors of all layers that are not weights.
  std::vector<const LayerState*> state() const;
  std::vector<LayerState*> state();
  /// Calls Layer::update_state of all layers after a training step with these batch sums.
  void update_state(const PassContext& context, std::span<const double> batch_sums);

 private:
  /// Appends layers. The encoder adds its weights to `weights`, from which a tied decoder removes them.
  void append(const std::vector<LayerConfig>& configs, const std::string& name, bool is_tied,
              std::vector<MirroredWeight>& weights, MakeLayer* make);
  /// Context for one layer, with its part of the batch sums.
  PassContext context_of(int layer, const PassContext& context, std::span<const double> batch_sums) const;

  Shape input_;
  std::vector<std::unique_ptr<Layer>> layers_;
  std::vector<Parameter> parameters_;
  int code_end_ = 0;
  int64_t parameter_count_ = 0, encoder_parameter_count_ = 0;
  std::vector<int64_t> first_sum_;  ///< per layer: where its sums start
  int64_t sums_size_ = 0;
};

/// Initialises the weights: a pure function of (seed, parameter, element). θ has parameter_count() elements.
void initialise(const Network& network, const InitConfig& init, uint64_t seed, View theta);

}  // namespace hourglass

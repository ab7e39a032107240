#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "hourglass/nn/config.h"
#include "hourglass/nn/layer.h"

namespace hourglass {

/// Encoder and decoder as one chain of layers over one flat parameter vector θ. A pass changes nothing in it, so any
/// number of threads may run passes at once. Samples go in and come out in the data's own order (images
/// channels-first); between layers images are channels-last.
class Network {
 public:
  /// Throws Error naming the first layer that does not fit and both shapes; the two layers when tied ones are no
  /// mirror images; or when the decoder's output is not `output`: the input again, unless it is to make something else.
  Network(const ModelConfig& config, Shape input) : Network(config, input, input) {}
  Network(const ModelConfig& config, Shape input, Shape output, MakeLayer* make = make_layer);

  int layers() const { return static_cast<int>(layers_.size()); }
  const Layer& layer(int i) const { return *layers_[i]; }
  /// Layers [0, code_end) are the encoder; the code is the output of layer code_end − 1.
  int code_end() const { return code_end_; }
  const Layer& code() const { return *layers_[code_end_ - 1]; }
  const Shape& input() const { return input_; }
  /// The decoder's last layer is a sigmoid.
  bool ends_in_sigmoid() const;

  std::span<const Parameter> parameters() const { return parameters_; }
  /// Elements of θ, including the padding between parameters (which stays zero).
  int64_t parameter_count() const { return parameter_count_; }
  /// The encoder's are the first of them.
  int64_t encoder_parameter_count() const { return encoder_parameter_count_; }

  /// Multiplications of one sample's forward and backward pass.
  double products() const;

  /// Goes on with a forward pass up to layer `last`, exclusive. Returns false where it stops before a layer that needs
  /// sums of the whole batch: this micro-batch's are in `batch.sums`, and the next call takes the totals of all
  /// micro-batches, `batch_sums` (at least sums_size()).
  bool forward(ConstView theta, MicroBatch& batch, int last, std::span<const double> batch_sums = {}) const;
  /// Adds what else has a gradient at a layer's output to it: grad (rows, units) accumulated.
  using AddGradient = std::function<void(int layer, View grad)>;
  /// Goes on with a backward pass from the gradient at the output of layer `top` down to layer 0: assigns the gradient
  /// at every layer's output, calling `add` when it is there but for what `add` adds. grad_theta accumulated the
  /// gradient of all parameters whose layers do not defer it. Outputs that no later step needs are overwritten. Returns
  /// false as forward does.
  bool backward(ConstView theta, MicroBatch& batch, int top, const AddGradient& add, View grad_theta,
                std::span<const double> batch_sums = {}) const;
  /// After backward: grad_theta accumulated the gradients that layers [0, last) defer.
  void add_deferred_gradients(const MicroBatch& batch, int last, View grad_theta) const;

  /// Some layer defers its weight gradient, for which a micro-batch is read after its backward pass.
  bool defers_weight_gradients() const;
  /// How many sums over a batch's rows the layers need in training.
  int64_t sums_size() const { return sums_size_; }
  /// Every layer's tensors that are not weights.
  std::vector<const LayerState*> state() const;
  std::vector<LayerState*> state();
  /// Layer::update_state of all layers, after a step whose batch had these sums.
  void update_state(const PassContext& context, std::span<const double> batch_sums);

 private:
  /// `weights`: the encoder leaves its own there, a tied decoder takes them away.
  void append(const std::vector<LayerConfig>& configs, const std::string& name, bool is_tied,
              std::vector<MirroredWeight>& weights, MakeLayer* make);
  /// With the layer's own of the batch's sums.
  PassContext context_of(int layer, const PassContext& context, std::span<const double> batch_sums) const;

  Shape input_;
  std::vector<std::unique_ptr<Layer>> layers_;
  std::vector<Parameter> parameters_;
  int code_end_ = 0;
  int64_t parameter_count_ = 0, encoder_parameter_count_ = 0;
  std::vector<int64_t> first_sum_;  ///< per layer: where its sums start
  int64_t sums_size_ = 0;
};

/// Fresh weights, a pure function of (seed, parameter, element). θ is (parameter_count).
void initialise(const Network& network, const InitConfig& init, uint64_t seed, View theta);

}  // namespace hourglass

#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hourglass/nn/config.h"
#include "hourglass/nn/layer.h"
#include "hourglass/tensor/copy.h"

namespace hourglass {

/// Encoder and decoder as one list of layers over one flat parameter vector θ. Layer i reads the output of its source,
/// which is layer i − 1 unless a residual begins or ends there: the first layer of a shortcut has the source of the
/// residual's first layer, and the layer that ends a residual reads the branch and adds the output of its addend. A
/// source or addend comes before the layer; −1 is the network's input. A pass does not change the network, so any
/// number of threads may run passes at the same time. Inputs and outputs have the data's memory order (images
/// channels-first); between layers images are channels-last.
class Network {
 public:
  /// Throws Error with both shapes for the first layer whose input does not fit, and for a residual whose branch and
  /// shortcut differ; with both layers if tied layers are not mirror images; and if the shape of the decoder's output
  /// is not `output`, by default the shape of the input.
  Network(const ModelConfig& config, Shape input) : Network(config, input, input) {}
  Network(const ModelConfig& config, Shape input, Shape output, MakeLayer* make = make_layer);

  int layers() const { return static_cast<int>(nodes_.size()); }
  const Layer& layer(int i) const { return *nodes_[i].layer; }
  /// "encoder.2", "encoder.2.residual.0": prefix of the names of the layer's tensors. Empty for a layer that is not
  /// part of the recipe.
  const std::string& name(int i) const { return nodes_[i].name; }
  /// Layer with this name, which exists.
  int find(std::string_view name) const;
  /// Layer whose output is the input of layer i.
  int source(int i) const { return nodes_[i].source; }
  /// Layer whose output layer i adds to its own; only a layer that ends a residual has one.
  std::optional<int> addend(int i) const { return nodes_[i].addend; }
  /// Layers that read the output of layer i (−1: the network's input), ascending.
  std::span<const int> consumers(int i) const { return consumers_[i + 1]; }
  /// True if layer i, a consumer of `output`, is the last of them up to layer `top`. A pass from `top` to the input
  /// takes it first, so it assigns the gradient at that output and the others add to it.
  bool is_last_consumer(int i, int output, int top) const;
  /// Index of a buffer for a value at the output of layer i (−1: the network's input) that lives from layer i to its
  /// last consumer, in a pass of either direction. Values that live at the same time have different buffers; a chain of
  /// layers alternates between two.
  int slot(int i) const { return slots_of_[i + 1]; }
  int slots() const { return slots_; }
  /// Shape of the output of layer i (−1: of the network's input).
  const Shape& shape(int i) const { return i < 0 ? input_ : nodes_[i].layer->output(); }
  /// The config with all units as numbers and the decoder written out.
  const ModelConfig& config() const { return config_; }
  /// Layers [0, code_end) are the encoder; the code is the output of layer code_end − 1.
  int code_end() const { return code_end_; }
  const Layer& code() const { return layer(code_end_ - 1); }
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
  /// Takes a gradient `grad_out` at the output of layer i to the outputs that it reads, in a pass from layer `top` to
  /// the input: grad_source and grad_addend assigned or accumulated, empty where it is not wanted. vjp(View grad_in)
  /// assigns the gradient at the layer's input.
  template <class Vjp>
  void pull_back(int i, int top, ConstView grad_out, View grad_source, View grad_addend, Arena& arena,
                 const Vjp& vjp) const;
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
  struct Node {
    std::unique_ptr<Layer> layer;
    std::string name;
    int source;
    std::optional<int> addend;
  };
  struct Builder;
  /// Assigns consumers_ and slots.
  void connect();
  /// Context for one layer, with its part of the batch sums.
  PassContext context_of(int layer, const PassContext& context, std::span<const double> batch_sums) const;

  Shape input_;
  ModelConfig config_;
  std::vector<Node> nodes_;
  std::vector<Parameter> parameters_;
  int code_end_ = 0;
  int64_t parameter_count_ = 0, encoder_parameter_count_ = 0;
  std::vector<std::vector<int>> consumers_;  ///< of the input, then of each layer
  std::vector<int> slots_of_;                ///< likewise
  int slots_ = 0;
  std::vector<int64_t> first_sum_;  ///< per layer: where its sums start
  int64_t sums_size_ = 0;
};

template <class Vjp>
void Network::pull_back(int i, int top, ConstView grad_out, View grad_source, View grad_addend, Arena& arena,
                        const Vjp& vjp) const {
  if (grad_source && is_last_consumer(i, source(i), top)) {
    vjp(grad_source);
  } else if (grad_source) {
    const Arena::Mark mark = arena.mark();
    const View part = arena.take(grad_source.dtype(), grad_source.shape());
    vjp(part);
    ops::add_scaled(1.0, part, grad_source);
    arena.rewind(mark);
  }
  if (!grad_addend) return;
  if (is_last_consumer(i, *addend(i), top))
    copy(grad_out, grad_addend);
  else
    ops::add_scaled(1.0, grad_out, grad_addend);
}

/// Initialises the weights: a pure function of (seed, parameter, element). θ has parameter_count() elements.
void initialise(const Network& network, const InitConfig& init, uint64_t seed, View theta);

}  // namespace hourglass

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "hourglass/nn/pass.h"
#include "hourglass/tensor/ops.h"

namespace hourglass {

/// Where one weight or bias lives in the flat parameter vector θ, under the name it has in model files.
struct Parameter {
  std::string name;  ///< "encoder.0.weight"
  Shape shape;       ///< PyTorch's layout
  int64_t offset = 0;
  int64_t fan_in = 0, fan_out = 0;  ///< as PyTorch counts them
  bool is_bias = false;

  template <class Byte>
  BasicView<Byte> in(BasicView<Byte> theta) const {
    return theta.part(offset, shape);
  }
};

/// Neither a layer's units nor all parameters together may be more.
inline constexpr int64_t kLargestNetwork = int64_t{1} << 31;

/// How many sums over the rows of a whole batch a layer needs in training, before its forward and before its backward
/// pass. Batch normalisation needs Σ x and Σ x² of every channel, for example.
struct BatchSums {
  int64_t forward = 0, backward = 0;
};

/// A tensor of a layer that is not a weight, such as a running average. Training changes it, backward does not.
struct LayerState {
  std::string name;  ///< "encoder.1.running_mean"
  Tensor values;
  bool in_model = true;  ///< inference needs it, so model files hold it; checkpoints hold every state
};

/// The derivative A = ∂out/∂in of a layer at some rows, as vjp, jvp and vjp_backward need it.
struct Linearization {
  ConstView in, out;      ///< of the forward pass
  View slope, curvature;  ///< element-wise layers: s'(in) and, where asked for, s''(in)

  /// Of rows [first, first + count).
  Linearization slice(int64_t first, int64_t count) const {
    const auto part = [&](auto view) { return view ? view.slice(first, count) : view; };
    return {part(in), part(out), part(slope), part(curvature)};
  }
};

/// A map from (rows, inputs) to (rows, outputs). Its weights are a part of θ; activations inside are channels-last.
/// All functions but update_state are const: any number of threads may use a layer at once.
class Layer {
 public:
  virtual ~Layer() = default;

  /// Shape of one output sample: (units) or (channels, height, width).
  const Shape& output() const { return output_; }

  /// out assigned.
  virtual void forward(const PassContext&, ConstView theta, const InputRows& in, View out) const = 0;
  /// forward and the deferred weight gradient take less time on rows packed without their columns of zeros.
  virtual bool skips_zero_columns() const { return false; }

  /// grad_in assigned ∂⟨grad_out, out⟩/∂in. out is what forward gave for in. grad_in is not grad_out.
  virtual void backward(const PassContext&, ConstView theta, ConstView in, ConstView out, ConstView grad_out,
                        View grad_in) const = 0;
  /// backward reads `out`, so its memory must still hold it.
  virtual bool backward_reads_output() const { return true; }
  /// grad_in of backward may be the memory of `in`.
  virtual bool backward_may_overwrite_input() const { return false; }
  /// grad_theta accumulated ∂⟨grad_out, out⟩/∂θ.
  virtual void add_parameter_gradient(const PassContext&, ConstView /*in*/, ConstView /*grad_out*/,
                                      View /*grad_theta*/) const {}

  /// The weight gradient is computed after the backward pass, for the whole batch, some rows of the weight at a time:
  /// by deferred_weight_gradient in place of add_parameter_gradient.
  virtual bool defers_weight_gradient() const { return false; }
  /// Whether deferred_weight_gradient computes the gradient of this parameter, weight or bias.
  virtual bool defers_gradient_of(const Parameter&) const { return false; }
  /// grad (count, …) assigned or accumulated rows [first, first + count) of ∂⟨grad_out, out⟩/∂p.
  virtual void deferred_weight_gradient(const Parameter& /*p*/, int64_t /*first*/, const InputRows& /*in*/,
                                        ConstView /*grad_out*/, View /*grad*/, ops::Write) const {}

  /// A layer whose rows depend on each other in training: the pass stops before it until all micro-batches have
  /// assigned their sums and these are added up in order. forward and backward find the totals, forward's sums first,
  /// in PassContext::batch_sums.
  virtual BatchSums batch_sums() const { return {}; }
  /// sums (batch_sums().forward) assigned: of these rows.
  virtual void forward_sums(ConstView /*in*/, std::span<double> /*sums*/) const {}
  /// sums (batch_sums().backward) assigned: of these rows. The context has the batch's forward sums.
  virtual void backward_sums(const PassContext&, ConstView /*in*/, ConstView /*out*/, ConstView /*grad_out*/,
                             std::span<double> /*sums*/) const {}
  /// Tensors that are not weights; none for most layers.
  std::span<const LayerState> state() const { return state_; }
  std::span<LayerState> state() { return state_; }
  /// Once after every training step, with the batch's sums, while no pass runs.
  virtual void update_state(const PassContext&) {}

  /// A at these rows. The result is valid as long as in, out and the arena's memory are. `second_order`: with what
  /// vjp_backward needs.
  virtual Linearization linearize(const PassContext&, ConstView /*theta*/, ConstView in, ConstView out,
                                  bool /*second_order*/, Arena&) const {
    return {in, out, {}, {}};
  }
  // u, v and g hold k rows per row of the linearization: rows k·i … k·i + k − 1 belong to row i.
  /// grad_in assigned Aᵀ·u. grad_in is not u.
  virtual void vjp(ConstView theta, const Linearization& at, ConstView u, View grad_in) const = 0;
  /// out assigned A·v.
  virtual void jvp(ConstView theta, const Linearization& at, ConstView v, View out) const = 0;
  /// The gradient of f = ⟨g, Aᵀ·u⟩: ∂f/∂θ accumulated in grad_theta, and ∂f/∂in, summed over the k rows of a sample,
  /// in grad_in unless that is empty. (∂f/∂u is jvp of g.)
  virtual void vjp_backward(const Linearization& /*at*/, ConstView /*u*/, ConstView /*g*/, View /*grad_theta*/,
                            View /*grad_in*/) const {}
  /// Linearizations differ from row to row by a slope per unit, so the layer's input has a gradient in vjp_backward.
  virtual bool has_curvature() const { return false; }
  /// Multiplications that vjp takes for one row.
  virtual int64_t products() const { return 0; }

  /// The activation function this layer is in such a pass, if it is one.
  virtual std::optional<Activation> activation(const PassContext& = {}) const { return std::nullopt; }
  /// The weight (not the bias) of this layer, if it has one.
  virtual const Parameter* weight() const { return nullptr; }
  /// The same values in another order of memory: no layer of a recipe, nor of the mathematics.
  virtual bool only_reorders() const { return false; }

 protected:
  explicit Layer(Shape output) : output_(output) {}

  std::vector<LayerState> state_;

 private:
  Shape output_;
};

/// A layer that is linear in its input: its backward pass is vjp, and reads no output.
class LinearLayer : public Layer {
 public:
  using Layer::Layer;
  void backward(const PassContext&, ConstView theta, ConstView in, ConstView, ConstView grad_out,
                View grad_in) const final {
    vjp(theta, {in, {}, {}, {}}, grad_out, grad_in);
  }
  bool backward_reads_output() const final { return false; }
};

/// An encoder's weight that a tied decoder uses transposed.
struct MirroredWeight {
  std::string place;  ///< "encoder[0] dense"
  std::string kind;   ///< "dense"
  Parameter weight;
};

/// A list entry turned into layers needs: its own description, the shape before it, a place for parameters.
struct LayerConfig;
struct LayerContext {
  const LayerConfig& config;
  std::string name;  ///< "encoder.2": prefix of the parameters' names
  Shape input;
  std::vector<Parameter>& parameters;
  std::vector<MirroredWeight>* mirrored = nullptr;  ///< tied decoders: the encoder's weights not used yet

  bool is_tied() const { return mirrored; }
  /// A new parameter behind the existing ones, aligned to 64 bytes. Throws Error when there would be too many.
  Parameter add(const std::string& suffix, Shape shape, int64_t fan_in, int64_t fan_out) const;
  /// The layer's weight: new, or tied, the last encoder weight not used yet. That one is the same map read backwards:
  /// transposed when dense, in the same layout when a convolution. Throws Error naming both layers when it does not
  /// fit.
  Parameter add_weight(Shape shape, int64_t fan_in, int64_t fan_out) const;
  /// "encoder[2] conv2d": how messages name the layer.
  std::string place() const;
};

/// Makes the layer that a recipe names. Throws Error naming the layer's index and both shapes when it does not fit its
/// input.
std::unique_ptr<Layer> make_layer(const LayerContext& context);
using MakeLayer = std::unique_ptr<Layer>(const LayerContext&);

/// Whether an image has several channels and several pixels, so that its memory order depends on where the channels
/// stand.
inline bool is_layered(const Shape& s) { return s.rank() == 3 && s[0] > 1 && s[1] * s[2] > 1; }

/// Reorders an image of several channels from channels-last to channels-first (PyTorch's flattening) or back.
std::unique_ptr<Layer> make_reorder(Shape image, bool channels_first);

}  // namespace hourglass

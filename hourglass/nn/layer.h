#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hourglass/nn/pass.h"
#include "hourglass/tensor/ops.h"

namespace hourglass {

enum class InitKind;

/// A weight or bias: its name in model files and its position in the flat parameter vector θ.
struct Parameter {
  std::string name;  ///< "encoder.0.weight"
  Shape shape;       ///< PyTorch's layout
  int64_t offset = 0;
  int64_t fan_in = 0, fan_out = 0;  ///< as PyTorch counts them
  bool is_bias = false;
  std::optional<InitKind> init = {};   ///< of its layer, instead of the model's
  std::optional<double> initial = {};  ///< of all elements, for scales and slopes; weights are drawn

  /// Whether weight decay applies: to weights, not to biases, scales and slopes.
  bool is_decayed() const { return !is_bias && !initial; }

  template <class Byte>
  BasicView<Byte> in(BasicView<Byte> theta) const {
    return theta.part(offset, shape);
  }
};

/// Maximum number of units of a layer, and of parameters of a network.
inline constexpr int64_t kLargestNetwork = int64_t{1} << 31;

/// Number of sums over the rows of a whole batch that a layer needs in training, before its forward and before its
/// backward pass. Batch normalisation, for example, needs Σ x and Σ x² of every channel.
struct BatchSums {
  int64_t forward = 0, backward = 0;
};

/// A tensor of a layer that is not a weight, such as a running average. Training changes it, backward does not.
struct LayerState {
  std::string name;  ///< "encoder.1.running_mean"
  Tensor values;
  bool in_model = true;  ///< inference needs it, so model files hold it; checkpoints hold every state
};

/// Derivative A = ∂out/∂in of a layer at some rows, for vjp, jvp and vjp_backward.
struct Linearization {
  ConstView in;                                  ///< of the forward pass
  View slope, curvature;                         ///< element-wise layers: s'(in) and, where asked for, s''(in)
  View normalised = {}, inverse_deviation = {};  ///< layer_norm, group_norm: of ops::normalise_groups
  ConstView theta = {};                          ///< for a vjp_backward that depends on the weights

  /// The part for rows [first, first + count).
  Linearization slice(int64_t first, int64_t count) const {
    const auto part = [&](auto view) { return view ? view.slice(first, count) : view; };
    return {part(in), part(slope), part(curvature), part(normalised), part(inverse_deviation), theta};
  }
};

/// A map from (rows, inputs) to (rows, outputs). Its weights are a part of θ; images and series are channels-last. All
/// functions except update_state are const: any number of threads may use a layer at the same time. Comments say
/// "assigned" for outputs that are overwritten and "accumulated" for outputs that are added to.
class Layer {
 public:
  virtual ~Layer() = default;

  /// Shape of one output sample: (units), (channels, length) or (channels, height, width).
  const Shape& output() const { return output_; }

  /// Computes the output; out assigned.
  virtual void forward(const PassContext&, ConstView theta, const InputRows& in, View out) const = 0;
  /// True if forward and the deferred weight gradient are faster on rows packed without columns of zeros.
  virtual bool skips_zero_columns() const { return false; }

  /// grad_in assigned ∂⟨grad_out, out⟩/∂in. out is the result of forward for in. grad_in must not be grad_out.
  virtual void backward(const PassContext&, ConstView theta, ConstView in, ConstView out, ConstView grad_out,
                        View grad_in) const = 0;
  /// True if backward reads `out`, so that its memory must not be reused before.
  virtual bool backward_reads_output() const { return true; }
  /// True if grad_in of backward may be the memory of `in`.
  virtual bool backward_may_overwrite_input() const { return false; }
  /// grad_theta accumulated ∂⟨grad_out, out⟩/∂θ.
  virtual void add_parameter_gradient(const PassContext&, ConstView /*in*/, ConstView /*grad_out*/,
                                      View /*grad_theta*/) const {}

  /// True if add_parameter_gradient adds something, or would if the layer did not defer it.
  virtual bool has_parameter_gradient() const { return weight() != nullptr; }

  /// True if the weight gradient is computed after the backward pass for the whole batch, some rows of the weight at a
  /// time, by deferred_weight_gradient instead of add_parameter_gradient.
  virtual bool defers_weight_gradient() const { return false; }
  /// True if deferred_weight_gradient computes the gradient of this parameter, weight or bias.
  virtual bool defers_gradient_of(const Parameter&) const { return false; }
  /// grad (count, …) assigned or accumulated: rows [first, first + count) of ∂⟨grad_out, out⟩/∂p.
  virtual void deferred_weight_gradient(const Parameter& /*p*/, int64_t /*first*/, const InputRows& /*in*/,
                                        ConstView /*grad_out*/, View /*grad*/, ops::Write) const {}

  /// Sums that a layer needs because its rows depend on each other in training. The pass stops before the layer until
  /// the sums of all micro-batches have been added in a fixed order; forward and backward find the totals in
  /// PassContext::batch_sums, those of forward first.
  virtual BatchSums batch_sums() const { return {}; }
  /// sums (batch_sums().forward) assigned for these rows.
  virtual void forward_sums(ConstView /*in*/, std::span<double> /*sums*/) const {}
  /// sums (batch_sums().backward) assigned for these rows. The context has the forward sums of the batch.
  virtual void backward_sums(const PassContext&, ConstView /*in*/, ConstView /*out*/, ConstView /*grad_out*/,
                             std::span<double> /*sums*/) const {}
  /// grad (θ[first, first + grad.size())) accumulated: the gradient that follows from the sums of the whole batch.
  virtual void add_batch_gradient(const PassContext&, int64_t /*first*/, View /*grad*/) const {}
  /// Throws Error if the layer cannot be trained on a batch of so many rows.
  virtual void check_batch(int64_t /*rows*/) const {}
  /// Tensors that are not weights; none for most layers.
  std::span<const LayerState> state() const { return state_; }
  std::span<LayerState> state() { return state_; }
  /// Updates the state once after every training step, with the sums of the batch. No pass may be running.
  virtual void update_state(const PassContext&) {}

  /// Computes A at these rows. The result is valid as long as `in` and the memory of the arena. `second_order` also
  /// computes what vjp_backward needs.
  virtual Linearization linearize(const PassContext&, ConstView /*theta*/, ConstView in, ConstView /*out*/,
                                  bool /*second_order*/, Arena&) const {
    return {in, {}, {}};
  }
  // u, v and g have k rows per row of the linearization: rows k·i … k·i + k − 1 belong to row i.
  /// Vector–Jacobian product: grad_in assigned Aᵀ·u. grad_in must not be u.
  virtual void vjp(ConstView theta, const Linearization& at, ConstView u, View grad_in) const = 0;
  /// Jacobian–vector product: out assigned A·v.
  virtual void jvp(ConstView theta, const Linearization& at, ConstView v, View out) const = 0;
  /// Gradient of f = ⟨g, Aᵀ·u⟩: ∂f/∂θ accumulated in grad_theta, and ∂f/∂in, summed over the k rows of a sample, in
  /// grad_in unless it is empty. (∂f/∂u is jvp of g.)
  virtual void vjp_backward(const Linearization& /*at*/, ConstView /*u*/, ConstView /*g*/, View /*grad_theta*/,
                            View /*grad_in*/) const {}
  /// True if linearizations differ between rows by a slope per unit; then the input of the layer has a gradient in
  /// vjp_backward.
  virtual bool has_curvature() const { return false; }
  /// Number of multiplications of vjp for one row.
  virtual int64_t products() const { return 0; }

  /// Activation function of this layer in such a pass, if it is one.
  virtual std::optional<Activation> activation(const PassContext& = {}) const { return std::nullopt; }
  /// True if every output lies in the range of the inputs, as those of a pool do.
  virtual bool keeps_range() const { return !weight() && !activation(); }
  /// True if the derivative jumps where an element of the input changes its sign.
  virtual bool has_kink_at_zero() const { return false; }
  /// The weight (not the bias) of this layer, if it has one that a tied decoder may share.
  virtual const Parameter* weight() const { return nullptr; }
  /// True if the output is drawn from N(μ, σ²) in training, the input being μ and ln σ² side by side.
  virtual bool is_gaussian() const { return false; }
  /// True if the layer only changes the order of memory; such a layer is not part of the recipe.
  virtual bool only_reorders() const { return false; }

 protected:
  explicit Layer(Shape output) : output_(output) {}

  std::vector<LayerState> state_;

 private:
  Shape output_;
};

/// A layer that is linear in its input: its backward pass is vjp and does not read the output.
class LinearLayer : public Layer {
 public:
  using Layer::Layer;
  void backward(const PassContext&, ConstView theta, ConstView in, ConstView, ConstView grad_out,
                View grad_in) const final {
    vjp(theta, {in, {}, {}}, grad_out, grad_in);
  }
  bool backward_reads_output() const final { return false; }
};

/// A layer's name as messages write it: "encoder[2].residual[0]" for "encoder.2.residual.0".
std::string place_of(std::string_view name);

/// Weight of the encoder that a tied decoder uses transposed.
struct MirroredWeight {
  std::string place;  ///< "encoder[0] dense"
  std::string kind;   ///< "dense"
  Parameter weight;
};

/// Arguments for creating a layer: its config, the shape of its input, and the list of parameters.
struct LayerConfig;
struct LayerContext {
  const LayerConfig& config;
  std::string name;  ///< "encoder.2": prefix of the names of parameters
  Shape input;
  std::vector<Parameter>& parameters;
  std::vector<MirroredWeight>* mirrored = nullptr;  ///< tied decoders: encoder weights that are not used yet

  bool is_tied() const { return mirrored; }
  /// Appends a parameter, aligned to 64 bytes. Throws Error if there are too many.
  Parameter add(const std::string& suffix, Shape shape, int64_t fan_in, int64_t fan_out) const;
  /// Weight of the layer: a new one, or for a tied decoder the last encoder weight that is not used yet. A dense layer
  /// uses it transposed, a convolution in the same layout. Throws Error with both layers if it does not fit.
  Parameter add_weight(Shape shape, int64_t fan_in, int64_t fan_out) const;
  /// The same for a scale or slope, whose elements all begin as `initial`, or a bias that begins as 0.
  Parameter add_filled(const std::string& suffix, Shape shape, double initial) const;
  /// Name of the layer in messages: "encoder[2] conv2d", inside a residual "encoder[2].residual[0] conv2d".
  std::string place() const;
};

/// Creates the layer of a config. Throws Error with the index of the layer and both shapes if it does not fit its
/// input.
std::unique_ptr<Layer> make_layer(const LayerContext& context);
using MakeLayer = std::unique_ptr<Layer>(const LayerContext&);

/// Pixels of an image (channels, height, width), time steps of a series (channels, length).
inline int64_t positions(const Shape& s) { return s.size() / s[0]; }

/// True if an image or series has several channels and several positions, so that its memory order depends on the
/// position of the channel axis.
inline bool is_layered(const Shape& s) { return s.rank() > 1 && s[0] > 1 && positions(s) > 1; }

/// Layer that reorders an image or series of several channels from channels-last to channels-first (the order of
/// PyTorch's Flatten) or back.
std::unique_ptr<Layer> make_reorder(Shape image, bool channels_first);

}  // namespace hourglass

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "hourglass/tensor/live_columns.h"
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

class LinearLayer;

/// Neither a layer's units nor all parameters together may be more.
inline constexpr int64_t kLargestNetwork = int64_t{1} << 31;

/// How far a run is and what the network is used for. Layers that differ follow it.
struct Stage {
  double progress = 1.0;  ///< steps done / steps of the whole run
  bool encoding = false;  ///< codes are wanted for themselves, not to be decoded
};

/// A map from (rows, inputs) to (rows, outputs). Its weights are a part of θ; activations inside are channels-last.
class Layer {
 public:
  virtual ~Layer() = default;

  /// Shape of one output sample: (units) or (channels, height, width).
  const Shape& output() const { return output_; }

  /// out assigned.
  virtual void forward(ConstView theta, const InputRows& in, View out) const = 0;
  /// Rows without dead columns are less work for forward and add_gradient_rows.
  virtual bool skips_dead_columns() const { return false; }

  /// grad_in assigned ∂⟨grad_out, out⟩/∂in. out is what forward gave for in. grad_in may not be grad_out; of an
  /// activation it may be in.
  virtual void backward(ConstView theta, ConstView in, ConstView out, ConstView grad_out, View grad_in) const = 0;
  /// grad_theta accumulated ∂⟨grad_out, out⟩/∂θ.
  virtual void add_parameter_gradient(ConstView /*in*/, ConstView /*grad_out*/, View /*grad_theta*/) const {}

  /// The parameter's gradient is best made rows of the parameter at a time, for a whole batch: see add_gradient_rows.
  virtual bool makes_rows_of(const Parameter&) const { return false; }
  /// grad (count, …) assigned or accumulated rows [first, first + count) of ∂⟨grad_out, out⟩/∂p.
  virtual void add_gradient_rows(const Parameter& /*p*/, int64_t /*first*/, const InputRows& /*in*/,
                                 ConstView /*grad_out*/, View /*grad*/, ops::Write) const {}

  /// The element-wise function this layer is, if it is one.
  virtual const Activation* activation() const { return nullptr; }
  /// The layer as one whose derivative is a linear map, which all but activations are.
  virtual const LinearLayer* linear() const { return nullptr; }
  /// The weight (not the bias) of this layer, if it has one.
  virtual const Parameter* weight() const { return nullptr; }
  /// The same values in another order of memory: no layer of a recipe, nor of the mathematics.
  virtual bool only_reorders() const { return false; }
  /// Not while another thread runs the layer.
  virtual void enter(const Stage&) {}

 protected:
  explicit Layer(Shape output) : output_(output) {}

 private:
  Shape output_;
};

/// A layer whose derivative at `in`, A = ∂out/∂in, is a linear map of its own making: weights, or a pool's winners. v
/// and u may hold several rows per row of `in`: rows k·i … k·i + k − 1 belong to row i.
class LinearLayer : public Layer {
 public:
  using Layer::Layer;
  const LinearLayer* linear() const final { return this; }

  /// out assigned A·v.
  virtual void apply(ConstView theta, ConstView in, ConstView v, View out) const = 0;
  /// out assigned Aᵀ·u.
  virtual void apply_transposed(ConstView theta, ConstView in, ConstView u, View out) const = 0;
  /// grad_theta accumulated ∂⟨u, A·v⟩/∂θ, summed over rows.
  virtual void accumulate(ConstView /*u*/, ConstView /*v*/, View /*grad_theta*/) const {}
  /// Multiplications that A·v takes for one row: what a route through the layer costs.
  virtual int64_t products() const { return 0; }
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

/// Makes the layer a recipe names. Throws Error naming the layer's index and both shapes when it does not fit its
/// input.
std::unique_ptr<Layer> make_layer(const LayerContext& context);

/// Several channels and several pixels: an image whose memory order depends on where the channels stand.
inline bool is_layered(const Shape& s) { return s.rank() == 3 && s[0] > 1 && s[1] * s[2] > 1; }

/// Reorders an image of several channels from channels-last to channels-first (PyTorch's flattening) or back.
std::unique_ptr<Layer> make_reorder(Shape image, bool channels_first);

}  // namespace hourglass

#include "hourglass/nn/config.h"
#include "hourglass/nn/layers.h"
#include "hourglass/nn/windows.h"

namespace hourglass {

namespace {

using ops::ConvGeometry;

/// The bias of a channel reaches every position of it.
void add_bias_gradient(ConstView grad_out, View grad_bias) {
  const int64_t channels = grad_bias.size();
  ops::add_column_sums(grad_out.reshaped({grad_out.size() / channels, channels}), grad_bias);
}

/// What a convolution and its transpose share; they differ in which way the geometry is read.
class Convolution : public LinearLayer {
 public:
  Convolution(Shape output, const ConvGeometry& g, Parameter weight, Parameter bias)
      : LinearLayer(output), g_(g), weight_(std::move(weight)), bias_(std::move(bias)) {}

  void add_parameter_gradient(const PassContext&, ConstView in, ConstView grad_out, View grad_theta) const override {
    vjp_backward({}, grad_out, in, grad_theta, {});
    add_bias_gradient(grad_out, bias_.in(grad_theta));
  }
  int64_t products() const override { return weight_.shape.size() * g_.out_height * g_.out_width; }
  const Parameter* weight() const override { return &weight_; }

 protected:
  ConvGeometry g_;
  Parameter weight_, bias_;
};

class Conv final : public Convolution {
 public:
  using Convolution::Convolution;

  void forward(const PassContext&, ConstView theta, const InputRows& in, View out) const override {
    ops::conv2d(g_, in, weight_.in(theta), bias_.in(theta), out);
  }
  void jvp(ConstView theta, const Linearization&, ConstView v, View out) const override {
    ops::conv2d(g_, v, weight_.in(theta), {}, out);
  }
  void vjp(ConstView theta, const Linearization&, ConstView u, View grad_in) const override {
    ops::conv2d_transposed(g_, u, weight_.in(theta), {}, grad_in);
  }
  void vjp_backward(const Linearization&, ConstView u, ConstView g, View grad_theta, View) const override {
    ops::conv2d_weight_gradient(g_, g, u, weight_.in(grad_theta));
  }
};

/// The same geometry read backwards: our input is the convolution's output.
class ConvTranspose final : public Convolution {
 public:
  using Convolution::Convolution;

  void forward(const PassContext&, ConstView theta, const InputRows& in, View out) const override {
    ops::conv2d_transposed(g_, in, weight_.in(theta), bias_.in(theta), out);
  }
  void jvp(ConstView theta, const Linearization&, ConstView v, View out) const override {
    ops::conv2d_transposed(g_, v, weight_.in(theta), {}, out);
  }
  void vjp(ConstView theta, const Linearization&, ConstView u, View grad_in) const override {
    ops::conv2d(g_, u, weight_.in(theta), {}, grad_in);
  }
  void vjp_backward(const Linearization&, ConstView u, ConstView g, View grad_theta, View) const override {
    ops::conv2d_weight_gradient(g_, u, g, weight_.in(grad_theta));
  }
};

template <class ConvLayer>
std::unique_ptr<Layer> with_parameters(const LayerContext& c, const ConvGeometry& g, const Shape& output) {
  Shape shape = g.weight();
  // PyTorch counts the fan-in along the weight's second axis, for transposed convolutions too.
  const int64_t area = g.kernel.rows * g.kernel.columns, fan_in = shape[1] * area, fan_out = shape[0] * area;
  if (c.input.rank() == 2) shape = {shape[0], shape[1], g.kernel.columns};
  Parameter weight = c.add_weight(shape, fan_in, fan_out);
  Parameter bias = c.add("bias", {output[0]}, fan_in, fan_out);
  return std::make_unique<ConvLayer>(output, g, std::move(weight), std::move(bias));
}

}  // namespace

std::unique_ptr<Layer> make_conv(const LayerContext& c) {
  const ConvGeometry g = convolution_geometry(c.config, c.input, c.place());
  return with_parameters<Conv>(c, g, in_axes_of(c.input, {g.out_channels, g.out_height, g.out_width}));
}

std::unique_ptr<Layer> make_conv_transpose(const LayerContext& c) {
  const ConvGeometry g = convolution_geometry(c.config, c.input, c.place());
  return with_parameters<ConvTranspose>(c, g, in_axes_of(c.input, {g.in_channels, g.in_height, g.in_width}));
}

}  // namespace hourglass

#include <algorithm>

#include "hourglass/nn/config.h"
#include "hourglass/nn/layers.h"

namespace hourglass {

namespace {

using ops::ConvGeometry;

/// The bias of a channel reaches every pixel of it.
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

class Conv2d final : public Convolution {
 public:
  Conv2d(const ConvGeometry& g, Parameter weight, Parameter bias)
      : Convolution({g.out_channels, g.out_height, g.out_width}, g, std::move(weight), std::move(bias)) {}

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
class ConvTranspose2d final : public Convolution {
 public:
  ConvTranspose2d(const ConvGeometry& g, Parameter weight, Parameter bias)
      : Convolution({g.in_channels, g.in_height, g.in_width}, g, std::move(weight), std::move(bias)) {}

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

class MaxPool2d final : public LinearLayer {
 public:
  explicit MaxPool2d(const ConvGeometry& g) : LinearLayer({g.out_channels, g.out_height, g.out_width}), g_(g) {}

  void forward(const PassContext&, ConstView, const InputRows& in, View out) const override {
    ops::max_pool2d(g_, in, out);
  }

  void jvp(ConstView, const Linearization& at, ConstView v, View out) const override {
    ops::max_pool2d_select(g_, at.in, v, out);
  }
  void vjp(ConstView, const Linearization& at, ConstView u, View grad_in) const override {
    ops::max_pool2d_backward(g_, at.in, u, grad_in);
  }

 private:
  ConvGeometry g_;
};

class Upsample2d final : public LinearLayer {
 public:
  /// Geometry of the pooling of which this layer is the transpose.
  explicit Upsample2d(const ConvGeometry& g) : LinearLayer({g.in_channels, g.in_height, g.in_width}), g_(g) {}

  void forward(const PassContext&, ConstView, const InputRows& in, View out) const override {
    ops::upsample2d(g_, in, out);
  }
  void jvp(ConstView, const Linearization&, ConstView v, View out) const override { ops::upsample2d(g_, v, out); }
  void vjp(ConstView, const Linearization&, ConstView u, View grad_in) const override {
    ops::sum_pool2d(g_, u, grad_in);
  }

 private:
  ConvGeometry g_;
};

void need_image(const LayerContext& c) {
  if (c.input.rank() != 3)
    fail(
        "{}: needs an image (channels × height × width), its input is {}; {{ reshape = [channels, height, width] }} "
        "before it makes one",
        c.place(), c.input.text());
}

/// Windows of `kernel` over the padded input, refused when there is none.
ConvGeometry windows(const LayerContext& c, int64_t out_channels, int64_t kernel, int64_t stride, int64_t padding) {
  need_image(c);
  const auto side = [&](int64_t in) {
    return in + 2 * padding < kernel ? 0 : (in + 2 * padding - kernel) / stride + 1;
  };
  ConvGeometry g{c.input[0],       c.input[1], c.input[2], out_channels, side(c.input[1]),
                 side(c.input[2]), kernel,     stride,     padding};
  if (g.out_height < 1 || g.out_width < 1)
    fail("{}: kernel {} does not fit input {}{}", c.place(), kernel, c.input.text(),
         padding ? fmt::format(" with padding {}", padding) : "");
  return g;
}

template <class ConvLayer>
std::unique_ptr<Layer> with_parameters(const LayerContext& c, const ConvGeometry& g, int64_t bias_size) {
  // PyTorch counts the fan-in along the weight's second axis, for transposed convolutions too.
  const int64_t area = g.kernel * g.kernel, fan_in = g.in_channels * area, fan_out = g.out_channels * area;
  Parameter weight = c.add_weight({g.out_channels, g.in_channels, g.kernel, g.kernel}, fan_in, fan_out);
  Parameter bias = c.add("bias", {bias_size}, fan_in, fan_out);
  return std::make_unique<ConvLayer>(g, std::move(weight), std::move(bias));
}

}  // namespace

std::unique_ptr<Layer> make_conv2d(const LayerContext& c) {
  const auto& o = std::get<ConvConfig>(c.config.options);
  const ConvGeometry g = windows(c, o.channels, o.kernel, o.stride ? o.stride : 1, o.padding);
  return with_parameters<Conv2d>(c, g, g.out_channels);
}

std::unique_ptr<Layer> make_conv_transpose2d(const LayerContext& c) {
  need_image(c);
  const auto& o = std::get<ConvConfig>(c.config.options);
  const int64_t kernel = o.kernel, stride = o.stride ? o.stride : 1, padding = o.padding;
  for (const int64_t added : o.output_padding)
    if (added >= stride) fail("{}: output_padding {} is not less than the stride {}", c.place(), added, stride);
  const auto side = [&](int axis) {
    return (c.input[axis] - 1) * stride - 2 * padding + kernel + o.output_padding[static_cast<size_t>(axis) - 1];
  };
  const int64_t height = side(1), width = side(2);
  if (height < 1 || width < 1)
    fail("{}: padding {} leaves nothing of input {} under kernel {}", c.place(), padding, c.input.text(), kernel);
  const ConvGeometry g{o.channels, height, width, c.input[0], c.input[1], c.input[2], kernel, stride, padding};
  return with_parameters<ConvTranspose2d>(c, g, g.in_channels);
}

std::unique_ptr<Layer> make_max_pool2d(const LayerContext& c) {
  need_image(c);
  const auto& [window, stride, padding] = std::get<MaxPoolConfig>(c.config.options);
  if (2 * padding > window) fail("{}: padding {} is more than half of the window {}", c.place(), padding, window);
  return std::make_unique<MaxPool2d>(windows(c, c.input[0], window, stride ? stride : window, padding));
}

std::unique_ptr<Layer> make_upsample2d(const LayerContext& c) {
  need_image(c);
  const int64_t f = std::get<UpsampleConfig>(c.config.options).factor, height = c.input[1], width = c.input[2];
  return std::make_unique<Upsample2d>(
      ConvGeometry{c.input[0], f * height, f * width, c.input[0], height, width, f, f, 0});
}

}  // namespace hourglass

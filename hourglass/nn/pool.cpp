#include "hourglass/nn/config.h"
#include "hourglass/nn/layers.h"
#include "hourglass/nn/windows.h"

namespace hourglass {

namespace {

using ops::ConvGeometry;

/// Shape of the smaller image of a geometry, and of the larger one.
Shape small(const LayerContext& c, const ConvGeometry& g) {
  return in_axes_of(c.input, {g.out_channels, g.out_height, g.out_width});
}
Shape large(const LayerContext& c, const ConvGeometry& g) {
  return in_axes_of(c.input, {g.in_channels, g.in_height, g.in_width});
}

class MaxPool final : public LinearLayer {
 public:
  MaxPool(Shape output, const ConvGeometry& g) : LinearLayer(output), g_(g) {}

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

class AvgPool final : public LinearLayer {
 public:
  AvgPool(Shape output, const ConvGeometry& g)
      : LinearLayer(output), g_(g), weight_(1 / static_cast<double>(g.kernel.rows * g.kernel.columns)) {}

  void forward(const PassContext&, ConstView, const InputRows& in, View out) const override { average(in, out); }
  void jvp(ConstView, const Linearization&, ConstView v, View out) const override { average(v, out); }
  void vjp(ConstView, const Linearization&, ConstView u, View grad_in) const override {
    ops::upsample2d(g_, u, grad_in);
    ops::scale(weight_, grad_in);
  }

 private:
  void average(ConstView in, View out) const {
    ops::sum_pool2d(g_, in, out);
    ops::scale(weight_, out);
  }

  ConvGeometry g_;
  double weight_;
};

/// Upsampling by an operation and its transpose.
class Upsample final : public LinearLayer {
 public:
  using Up = void(const ConvGeometry& g, ConstView small, View large);
  using Down = void(const ConvGeometry& g, ConstView large, View small);

  Upsample(Shape output, const ConvGeometry& g, Up* up, Down* down)
      : LinearLayer(output), g_(g), up_(up), down_(down) {}

  void forward(const PassContext&, ConstView, const InputRows& in, View out) const override { up_(g_, in, out); }
  void jvp(ConstView, const Linearization&, ConstView v, View out) const override { up_(g_, v, out); }
  void vjp(ConstView, const Linearization&, ConstView u, View grad_in) const override { down_(g_, u, grad_in); }

 private:
  ConvGeometry g_;
  Up* up_;
  Down* down_;
};

}  // namespace

std::unique_ptr<Layer> make_max_pool(const LayerContext& c) {
  const ConvGeometry g = pooling_geometry(c.config, c.input, c.place());
  return std::make_unique<MaxPool>(small(c, g), g);
}

std::unique_ptr<Layer> make_avg_pool(const LayerContext& c) {
  const ConvGeometry g = pooling_geometry(c.config, c.input, c.place());
  return std::make_unique<AvgPool>(small(c, g), g);
}

std::unique_ptr<Layer> make_upsample(const LayerContext& c) {
  const ConvGeometry g = upsampling_geometry(c.config, c.input, c.place());
  if (is_linear(std::get<UpsampleConfig>(c.config.options)))
    return std::make_unique<Upsample>(large(c, g), g, ops::interpolate2d, ops::interpolate2d_transposed);
  return std::make_unique<Upsample>(large(c, g), g, ops::upsample2d, ops::sum_pool2d);
}

}  // namespace hourglass

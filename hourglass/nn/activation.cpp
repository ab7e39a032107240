#include "hourglass/nn/layers.h"

namespace hourglass {

namespace {

class ActivationLayer final : public Layer {
 public:
  ActivationLayer(Shape shape, Activation activation) : Layer(shape), activation_(activation) {}

  void forward(ConstView, ConstView in, View out) const override { ops::activate(activation_, in, out); }

  void backward(ConstView, ConstView in, ConstView out, ConstView grad_out, View grad_in, View) const override {
    if (grad_in) ops::activate_backward(activation_, in, out, grad_out, grad_in);
  }

  const Activation* activation() const override { return &activation_; }

 private:
  Activation activation_;
};

}  // namespace

std::unique_ptr<Layer> make_activation(const LayerContext& c, Activation activation) {
  return std::make_unique<ActivationLayer>(c.input, activation);
}

}  // namespace hourglass

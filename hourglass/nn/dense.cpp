#include "hourglass/nn/config.h"
#include "hourglass/nn/layers.h"

namespace hourglass {

namespace {

using ops::Transpose;
using ops::Write;

class Dense final : public Layer {
 public:
  Dense(int64_t units, Parameter weight, Parameter bias)
      : Layer({units}), weight_(std::move(weight)), bias_(std::move(bias)) {}

  void forward(ConstView theta, ConstView in, View out) const override {
    ops::matmul(in, Transpose::no, weight_.in(theta), Transpose::yes, out, Write::assign, bias_.in(theta));
  }

  void backward(ConstView theta, ConstView in, ConstView, ConstView grad_out, View grad_in,
                View grad_theta) const override {
    ops::matmul(grad_out, Transpose::yes, in, Transpose::no, weight_.in(grad_theta), Write::accumulate);
    ops::add_column_sums(grad_out, bias_.in(grad_theta));
    if (grad_in) ops::matmul(grad_out, Transpose::no, weight_.in(theta), Transpose::no, grad_in);
  }

  const Parameter* weight() const override { return &weight_; }

 private:
  Parameter weight_, bias_;
};

}  // namespace

std::unique_ptr<Layer> make_dense(const LayerContext& c) {
  const int64_t inputs = c.input.size(), units = c.config.size;
  Parameter weight = c.add("weight", {units, inputs}, inputs, units);
  Parameter bias = c.add("bias", {units}, inputs, units);
  return std::make_unique<Dense>(units, std::move(weight), std::move(bias));
}

}  // namespace hourglass

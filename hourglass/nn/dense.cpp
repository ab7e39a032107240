#include "hourglass/nn/config.h"
#include "hourglass/nn/layers.h"

namespace hourglass {

namespace {

using ops::Transpose;
using ops::Write;

class Dense final : public LinearLayer {
 public:
  Dense(int64_t units, Parameter weight, Parameter bias)
      : LinearLayer({units}), weight_(std::move(weight)), bias_(std::move(bias)) {}

  void forward(ConstView theta, ConstView in, View out) const override {
    ops::matmul(in, Transpose::no, weight_.in(theta), Transpose::yes, out, Write::assign, bias_.in(theta));
  }

  void backward(ConstView theta, ConstView in, ConstView, ConstView grad_out, View grad_in,
                View grad_theta) const override {
    accumulate(grad_out, in, grad_theta);
    ops::add_column_sums(grad_out, bias_.in(grad_theta));
    if (grad_in) apply_transposed(theta, in, grad_out, grad_in);
  }

  void apply(ConstView theta, ConstView, ConstView v, View out) const override {
    ops::matmul(v, Transpose::no, weight_.in(theta), Transpose::yes, out);
  }
  void apply_transposed(ConstView theta, ConstView, ConstView u, View out) const override {
    ops::matmul(u, Transpose::no, weight_.in(theta), Transpose::no, out);
  }
  void accumulate(ConstView u, ConstView v, View grad_theta) const override {
    ops::matmul(u, Transpose::yes, v, Transpose::no, weight_.in(grad_theta), Write::accumulate);
  }

  int64_t products() const override { return weight_.shape.size(); }
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

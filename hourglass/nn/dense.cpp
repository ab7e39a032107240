#include "hourglass/nn/config.h"
#include "hourglass/nn/layers.h"

namespace hourglass {

namespace {

using ops::Transpose;
using ops::Write;

class Dense final : public LinearLayer {
 public:
  /// `is_transposed`: the weight is stored (in, out).
  Dense(int64_t units, Parameter weight, Parameter bias, bool is_transposed)
      : LinearLayer({units}), weight_(std::move(weight)), bias_(std::move(bias)), is_transposed_(is_transposed) {}

  void forward(ConstView theta, ConstView in, View out) const override {
    ops::matmul(in, Transpose::no, weight_.in(theta), to_outputs(), out, Write::assign, bias_.in(theta));
  }

  void backward(ConstView theta, ConstView in, ConstView, ConstView grad_out, View grad_in,
                View grad_theta) const override {
    accumulate(grad_out, in, grad_theta);
    ops::add_column_sums(grad_out, bias_.in(grad_theta));
    if (grad_in) apply_transposed(theta, in, grad_out, grad_in);
  }

  void apply(ConstView theta, ConstView, ConstView v, View out) const override {
    ops::matmul(v, Transpose::no, weight_.in(theta), to_outputs(), out);
  }
  void apply_transposed(ConstView theta, ConstView, ConstView u, View out) const override {
    ops::matmul(u, Transpose::no, weight_.in(theta), to_inputs(), out);
  }
  void accumulate(ConstView u, ConstView v, View grad_theta) const override {
    const auto [rows, columns] = is_transposed_ ? std::pair(v, u) : std::pair(u, v);
    ops::matmul(rows, Transpose::yes, columns, Transpose::no, weight_.in(grad_theta), Write::accumulate);
  }

  int64_t products() const override { return weight_.shape.size(); }
  const Parameter* weight() const override { return &weight_; }

 private:
  Transpose to_outputs() const { return is_transposed_ ? Transpose::no : Transpose::yes; }
  Transpose to_inputs() const { return is_transposed_ ? Transpose::yes : Transpose::no; }

  Parameter weight_, bias_;
  bool is_transposed_;
};

}  // namespace

std::unique_ptr<Layer> make_dense(const LayerContext& c) {
  const int64_t inputs = c.input.size(), units = c.config.size;
  Parameter weight = c.add_weight({units, inputs}, inputs, units);
  Parameter bias = c.add("bias", {units}, inputs, units);
  return std::make_unique<Dense>(units, std::move(weight), std::move(bias), c.is_tied());
}

}  // namespace hourglass

#include "hourglass/nn/config.h"
#include "hourglass/nn/layers.h"
#include "hourglass/tensor/arena.h"
#include "hourglass/tensor/copy.h"

namespace hourglass {

namespace {

using ops::Transpose;
using ops::Write;

class Dense final : public LinearLayer {
 public:
  /// `is_transposed`: the weight is stored (in, out).
  Dense(int64_t units, Parameter weight, Parameter bias, bool is_transposed)
      : LinearLayer({units}), weight_(std::move(weight)), bias_(std::move(bias)), is_transposed_(is_transposed) {}

  void forward(const PassContext&, ConstView theta, const InputRows& in, View out) const override {
    const auto multiply = [&](ConstView rows, ConstView weight) {
      ops::matmul(rows, Transpose::no, weight, to_outputs(), out, Write::assign, bias_.in(theta));
    };
    if (!in.live) return multiply(in, weight_.in(theta));
    const View weight = scratch(in.dtype(), {output()[0], in.live->count()});
    in.live->pack(weight_.in(theta), weight);
    multiply(in.packed, weight);
  }
  bool skips_zero_columns() const override { return !is_transposed_; }

  void add_parameter_gradient(const PassContext&, ConstView in, ConstView grad_out, View grad_theta) const override {
    vjp_backward({}, grad_out, in, grad_theta, {});
    ops::add_column_sums(grad_out, bias_.in(grad_theta));
  }

  bool defers_weight_gradient() const override { return true; }
  bool defers_gradient_of(const Parameter& p) const override {
    return p.offset == weight_.offset || p.offset == bias_.offset;
  }
  void deferred_weight_gradient(const Parameter& p, int64_t first, const InputRows& in, ConstView grad_out, View grad,
                                Write write) const override {
    const bool is_weight = p.offset == weight_.offset;
    if (is_weight && !in.live) return accumulate_rows(grad_out, in, first, grad, write);
    if (write == Write::assign) clear(grad);
    if (is_weight) {
      const View packed = scratch(grad.dtype(), {grad.rows(), in.live->count()});
      accumulate_rows(grad_out, in.packed, first, packed, Write::assign);
      in.live->add_packed(packed, grad);
    } else {
      HOURGLASS_CHECK(first == 0 && grad.size() == p.shape.size());
      ops::add_column_sums(grad_out, grad);
    }
  }

  void jvp(ConstView theta, const Linearization&, ConstView v, View out) const override {
    ops::matmul(v, Transpose::no, weight_.in(theta), to_outputs(), out);
  }
  void vjp(ConstView theta, const Linearization&, ConstView u, View grad_in) const override {
    ops::matmul(u, Transpose::no, weight_.in(theta), to_inputs(), grad_in);
  }
  void vjp_backward(const Linearization&, ConstView u, ConstView g, View grad_theta, View) const override {
    accumulate_rows(u, g, 0, weight_.in(grad_theta), Write::accumulate);
  }

  int64_t products() const override { return weight_.shape.size(); }
  const Parameter* weight() const override { return &weight_; }

 private:
  static View scratch(DType dtype, Shape shape) {
    thread_local Arena arena;
    arena.reset();
    return arena.take(dtype, shape);
  }
  void accumulate_rows(ConstView u, ConstView v, int64_t first, View grad, Write write) const {
    is_transposed_ ? ops::matmul_columns(v, first, u, grad, write) : ops::matmul_columns(u, first, v, grad, write);
  }
  Transpose to_outputs() const { return is_transposed_ ? Transpose::no : Transpose::yes; }
  Transpose to_inputs() const { return is_transposed_ ? Transpose::yes : Transpose::no; }

  Parameter weight_, bias_;
  bool is_transposed_;
};

}  // namespace

std::unique_ptr<Layer> make_dense(const LayerContext& c) {
  const int64_t inputs = c.input.size(), units = std::get<DenseConfig>(c.config.options).units;
  Parameter weight = c.add_weight({units, inputs}, inputs, units);
  Parameter bias = c.add("bias", {units}, inputs, units);
  return std::make_unique<Dense>(units, std::move(weight), std::move(bias), c.is_tied());
}

}  // namespace hourglass

#include "hourglass/tensor/ops.h"

#include "hourglass/tensor/cpu/cpu.h"
#include "hourglass/tensor/reference/reference.h"

namespace hourglass::ops {

// Each body checks what both backends rely on, then picks the backend by the type of the data.
#define HOURGLASS_DISPATCH(view, call) ((view).dtype() == DType::f32 ? cpu::call : reference::call)

void matmul(ConstView a, Transpose ta, ConstView b, Transpose tb, View c, Write write, ConstView bias) {
  const bool at = ta == Transpose::yes, bt = tb == Transpose::yes;
  const int64_t m = c.rows(), n = c.columns(), k = at ? a.rows() : a.columns();
  HOURGLASS_CHECK((at ? a.columns() : a.rows()) == m);
  HOURGLASS_CHECK((bt ? b.columns() : b.rows()) == k && (bt ? b.rows() : b.columns()) == n);
  HOURGLASS_CHECK(!bias || bias.size() == n);
  const MatmulShape shape{m, n, k, at, bt, write == Write::accumulate, static_cast<bool>(bias), a.columns()};
  HOURGLASS_DISPATCH(c, matmul(shape, a, b, bias, c));
}

void matmul_columns(ConstView a, int64_t first, ConstView b, View c, Write write) {
  const int64_t m = c.rows(), n = c.columns(), k = a.rows();
  HOURGLASS_CHECK(first >= 0 && first + m <= a.columns());
  HOURGLASS_CHECK(b.rows() == k && b.columns() == n);
  const MatmulShape shape{m, n, k, true, false, write == Write::accumulate, false, a.columns()};
  HOURGLASS_DISPATCH(c, matmul(shape, a.part(first, {m}), b, {}, c));
}

void conv2d(const ConvGeometry& g, ConstView in, ConstView weight, ConstView bias, View out) {
  HOURGLASS_CHECK(in.columns() == g.in_size() && out.columns() == g.out_size() && in.rows() == out.rows());
  HOURGLASS_DISPATCH(in, conv2d(g, in, weight, bias, out));
}

void conv2d_transposed(const ConvGeometry& g, ConstView out, ConstView weight, ConstView bias, View in) {
  HOURGLASS_CHECK(in.columns() == g.in_size() && out.columns() == g.out_size() && in.rows() == out.rows());
  HOURGLASS_DISPATCH(in, conv2d_transposed(g, out, weight, bias, in));
}

void conv2d_weight_gradient(const ConvGeometry& g, ConstView in, ConstView grad_out, View grad_weight) {
  HOURGLASS_CHECK(in.columns() == g.in_size() && grad_out.columns() == g.out_size() && in.rows() == grad_out.rows());
  HOURGLASS_DISPATCH(in, conv2d_weight_gradient(g, in, grad_out, grad_weight));
}

void max_pool2d(const ConvGeometry& g, ConstView in, View out) {
  HOURGLASS_CHECK(in.columns() == g.in_size() && out.columns() == g.out_size() && in.rows() == out.rows());
  HOURGLASS_DISPATCH(in, max_pool2d(g, in, out));
}

void max_pool2d_backward(const ConvGeometry& g, ConstView in, ConstView grad_out, View grad_in) {
  HOURGLASS_CHECK(in.columns() == g.in_size() && grad_out.columns() == g.out_size());
  HOURGLASS_CHECK(grad_in.rows() == grad_out.rows() && grad_out.rows() % in.rows() == 0);
  HOURGLASS_DISPATCH(in, max_pool2d_backward(g, in, grad_out, grad_in));
}

void max_pool2d_select(const ConvGeometry& g, ConstView in, ConstView v, View out) {
  HOURGLASS_CHECK(in.columns() == g.in_size() && v.columns() == g.in_size() && out.columns() == g.out_size());
  HOURGLASS_CHECK(v.rows() == out.rows() && v.rows() % in.rows() == 0);
  HOURGLASS_DISPATCH(in, max_pool2d_select(g, in, v, out));
}

void swap_axes(ConstView in, int64_t a, int64_t b, View out) {
  HOURGLASS_CHECK(in.columns() == a * b && in.size() == out.size());
  HOURGLASS_DISPATCH(in, swap_axes(in, a, b, out));
}

void activate(Activation s, ConstView z, View a) {
  HOURGLASS_CHECK(z.size() == a.size());
  HOURGLASS_DISPATCH(z, activate(s, z, a));
}

void activate_backward(Activation s, ConstView z, ConstView a, ConstView grad_a, View grad_z) {
  HOURGLASS_CHECK(z.size() == a.size() && z.size() == grad_a.size() && z.size() == grad_z.size());
  HOURGLASS_DISPATCH(z, activate_backward(s, z, a, grad_a, grad_z));
}

void activation_derivatives(Activation s, ConstView z, ConstView a, View first, View second) {
  HOURGLASS_CHECK(z.size() == a.size() && (!first || first.size() == z.size()) &&
                  (!second || second.size() == z.size()));
  HOURGLASS_DISPATCH(z, activation_derivatives(s, z, a, first, second));
}

double bce_with_logits(ConstView z, ConstView x, double scale, View r, View grad_z) {
  HOURGLASS_CHECK(z.size() == x.size() && (!r || r.size() == z.size()) && (!grad_z || grad_z.size() == z.size()));
  return HOURGLASS_DISPATCH(z, bce_with_logits(z, x, scale, r, grad_z));
}

double squared_error(ConstView r, ConstView x, double scale, View grad_r) {
  HOURGLASS_CHECK(r.size() == x.size() && (!grad_r || grad_r.size() == r.size()));
  return HOURGLASS_DISPATCH(r, squared_error(r, x, scale, grad_r));
}

double cross_entropy(ConstView z, std::span<const int32_t> classes, double scale, View grad_z) {
  HOURGLASS_CHECK(static_cast<int64_t>(classes.size()) == z.rows() && (!grad_z || grad_z.size() == z.size()));
  for (const int32_t c : classes) HOURGLASS_CHECK(c >= 0 && c < z.columns());
  return HOURGLASS_DISPATCH(z, cross_entropy(z, classes, scale, grad_z));
}

double sum_of_absolutes(ConstView x) { return HOURGLASS_DISPATCH(x, sum_of_absolutes(x)); }

double sum_of_squares(ConstView x) { return HOURGLASS_DISPATCH(x, sum_of_squares(x)); }

void column_sums(ConstView x, std::span<double> sums) {
  HOURGLASS_CHECK(static_cast<int64_t>(sums.size()) == x.columns());
  HOURGLASS_DISPATCH(x, column_sums(x, sums));
}

void column_sums_of_squares(ConstView x, std::span<double> sums) {
  HOURGLASS_CHECK(static_cast<int64_t>(sums.size()) == x.columns());
  HOURGLASS_DISPATCH(x, column_sums_of_squares(x, sums));
}

void row_sums_of_squares(ConstView x, std::span<double> sums) {
  HOURGLASS_CHECK(static_cast<int64_t>(sums.size()) == x.rows());
  for (int64_t i = 0; i < x.rows(); ++i) sums[i] = sum_of_squares(x.slice(i, 1));
}

void add_column_sums(ConstView x, View y) {
  HOURGLASS_CHECK(x.columns() == y.size());
  HOURGLASS_DISPATCH(x, add_column_sums(x, y));
}

void add_scaled(double alpha, ConstView x, View y) {
  HOURGLASS_CHECK(x.size() == y.size());
  HOURGLASS_DISPATCH(x, add_scaled(alpha, x, y));
}

void add_scaled_sign(double alpha, ConstView x, View y) {
  HOURGLASS_CHECK(x.size() == y.size());
  HOURGLASS_DISPATCH(x, add_scaled_sign(alpha, x, y));
}

double dot(ConstView x, ConstView y) {
  HOURGLASS_CHECK(x.size() == y.size());
  return HOURGLASS_DISPATCH(x, dot(x, y));
}

void scale(double alpha, View x) { HOURGLASS_DISPATCH(x, scale(alpha, x)); }

void add_to_rows(std::span<const double> v, View y) {
  HOURGLASS_CHECK(static_cast<int64_t>(v.size()) == y.columns());
  HOURGLASS_DISPATCH(y, add_to_rows(v, y));
}

void add_scaled_product(std::span<const double> v, ConstView a, ConstView b, View y) {
  HOURGLASS_CHECK(static_cast<int64_t>(v.size()) == y.columns() && a.size() == y.size() && b.size() == y.size());
  HOURGLASS_DISPATCH(y, add_scaled_product(v, a, b, y));
}

void scale_rows_by_sample(ConstView s, ConstView x, View y) {
  HOURGLASS_CHECK(x.columns() == s.columns() && x.size() == y.size() && x.rows() % s.rows() == 0);
  HOURGLASS_DISPATCH(x, scale_rows_by_sample(s, x, y));
}

void add_products_by_sample(ConstView s, ConstView a, ConstView b, View y) {
  HOURGLASS_CHECK(a.size() == b.size() && s.size() == y.size() && a.columns() == s.columns());
  HOURGLASS_CHECK(a.rows() % s.rows() == 0);
  HOURGLASS_DISPATCH(a, add_products_by_sample(s, a, b, y));
}

void divide_bytes(const uint8_t* x, double divisor, View y) { HOURGLASS_DISPATCH(y, divide_bytes(x, divisor, y)); }

void sum_lanes(ConstView lanes, int64_t first, View total) {
  HOURGLASS_CHECK(first >= 0 && first + total.size() <= lanes.columns());
  HOURGLASS_DISPATCH(total, sum_lanes(lanes, first, total));
}

void adam(const AdamStep& s, ConstView gradient, View w, View m, View v) {
  HOURGLASS_CHECK(gradient.size() == w.size() && m.size() == w.size() && v.size() == w.size());
  HOURGLASS_DISPATCH(w, adam(s, gradient, w, m, v));
}

void sgd(double rate, double momentum, ConstView gradient, View w, View b) {
  HOURGLASS_CHECK(gradient.size() == w.size() && b.size() == w.size());
  HOURGLASS_DISPATCH(w, sgd(rate, momentum, gradient, w, b));
}

#undef HOURGLASS_DISPATCH

}  // namespace hourglass::ops

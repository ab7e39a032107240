#include "hourglass/tensor/ops.h"

#include <algorithm>

#include "hourglass/tensor/backend.h"
#include "hourglass/tensor/visit.h"

// Each operation checks the arguments, which backends rely on, and calls its backend.

namespace hourglass::ops {

namespace {

/// f64 memory on x's device for the sums of one reduction. This thread's own.
View memory_for_sums(ConstView x, int64_t count) {
  thread_local Tensor memory;
  if (memory.size() < count || memory.device() != x.device()) memory = Tensor(DType::f64, {count}, x.device());
  return memory.view().part(0, {count});
}

/// sums assigned what reduce(backend of x, View) leaves on the device.
template <class F>
void read_sums(ConstView x, std::span<double> sums, F reduce) {
  const View on_device = memory_for_sums(x, static_cast<int64_t>(sums.size()));
  reduce(backend_of(x), on_device);
  std::ranges::copy(to_host(on_device).as<double>(), sums.begin());
}

void check_windows(const ConvGeometry& g, ConstView in, ConstView out) {
  HOURGLASS_CHECK(in.columns() == g.in_size() && out.columns() == g.out_size() && in.rows() == out.rows());
  HOURGLASS_CHECK(g.in_channels == g.out_channels && g.dilation == 1);
}

void check_tiles(const ConvGeometry& g, ConstView in, ConstView out) {
  check_windows(g, in, out);
  HOURGLASS_CHECK(g.kernel == g.stride && g.padding == 0);
  HOURGLASS_CHECK(g.in_height == g.out_height * g.kernel.rows && g.in_width == g.out_width * g.kernel.columns);
}

void check_convolution(const ConvGeometry& g, ConstView in, ConstView weight, ConstView out) {
  HOURGLASS_CHECK(in.columns() == g.in_size() && out.columns() == g.out_size() && in.rows() == out.rows());
  HOURGLASS_CHECK(g.in_channels % g.groups == 0 && g.out_channels % g.groups == 0);
  HOURGLASS_CHECK(weight.size() == g.weight().size());
}

template <class F>
double read_sum(ConstView x, F reduce) {
  double sum = 0;
  read_sums(x, {&sum, 1}, reduce);
  return sum;
}

}  // namespace

void matmul(ConstView a, Transpose ta, ConstView b, Transpose tb, View c, Write write, ConstView bias) {
  const bool at = ta == Transpose::yes, bt = tb == Transpose::yes;
  const int64_t m = c.rows(), n = c.columns(), k = at ? a.rows() : a.columns();
  HOURGLASS_CHECK((at ? a.columns() : a.rows()) == m);
  HOURGLASS_CHECK((bt ? b.columns() : b.rows()) == k && (bt ? b.rows() : b.columns()) == n);
  HOURGLASS_CHECK(!bias || bias.size() == n);
  const MatmulShape shape{m, n, k, at, bt, write == Write::accumulate, static_cast<bool>(bias), a.columns()};
  backend_of(c).matmul(shape, a, b, bias, c);
}

void matmul_columns(ConstView a, int64_t first, ConstView b, View c, Write write) {
  const int64_t m = c.rows(), n = c.columns(), k = a.rows();
  HOURGLASS_CHECK(first >= 0 && first + m <= a.columns());
  HOURGLASS_CHECK(b.rows() == k && b.columns() == n);
  const MatmulShape shape{m, n, k, true, false, write == Write::accumulate, false, a.columns()};
  backend_of(c).matmul(shape, a.part(first, {m}), b, {}, c);
}

void conv2d(const ConvGeometry& g, ConstView in, ConstView weight, ConstView bias, View out) {
  check_convolution(g, in, weight, out);
  backend_of(in).conv2d(g, in, weight, bias, out);
}

void conv2d_transposed(const ConvGeometry& g, ConstView out, ConstView weight, ConstView bias, View in) {
  check_convolution(g, in, weight, out);
  backend_of(in).conv2d_transposed(g, out, weight, bias, in);
}

void conv2d_weight_gradient(const ConvGeometry& g, ConstView in, ConstView grad_out, View grad_weight) {
  check_convolution(g, in, grad_weight, grad_out);
  backend_of(in).conv2d_weight_gradient(g, in, grad_out, grad_weight);
}

void max_pool2d(const ConvGeometry& g, ConstView in, View out) {
  HOURGLASS_CHECK(in.columns() == g.in_size() && out.columns() == g.out_size() && in.rows() == out.rows());
  backend_of(in).max_pool2d(g, in, out);
}

void max_pool2d_backward(const ConvGeometry& g, ConstView in, ConstView grad_out, View grad_in) {
  HOURGLASS_CHECK(in.columns() == g.in_size() && grad_out.columns() == g.out_size());
  HOURGLASS_CHECK(grad_in.rows() == grad_out.rows() && grad_out.rows() % in.rows() == 0);
  backend_of(in).max_pool2d_backward(g, in, grad_out, grad_in);
}

void max_pool2d_select(const ConvGeometry& g, ConstView in, ConstView v, View out) {
  HOURGLASS_CHECK(in.columns() == g.in_size() && v.columns() == g.in_size() && out.columns() == g.out_size());
  HOURGLASS_CHECK(v.rows() == out.rows() && v.rows() % in.rows() == 0);
  backend_of(in).max_pool2d_select(g, in, v, out);
}

void upsample2d(const ConvGeometry& g, ConstView out, View in) {
  check_windows(g, in, out);
  backend_of(in).upsample2d(g, out, in);
}

void sum_pool2d(const ConvGeometry& g, ConstView in, View out) {
  check_windows(g, in, out);
  backend_of(in).sum_pool2d(g, in, out);
}

void interpolate2d(const ConvGeometry& g, ConstView out, View in) {
  check_tiles(g, in, out);
  backend_of(in).interpolate2d(g, out, in);
}

void interpolate2d_transposed(const ConvGeometry& g, ConstView in, View out) {
  check_tiles(g, in, out);
  backend_of(in).interpolate2d_transposed(g, in, out);
}

void swap_axes(ConstView in, int64_t a, int64_t b, View out) {
  HOURGLASS_CHECK(in.columns() == a * b && in.size() == out.size());
  backend_of(in).swap_axes(in, a, b, out);
}

void activate(Activation s, ConstView z, View a) {
  HOURGLASS_CHECK(z.size() == a.size());
  backend_of(z).activate(s, z, a);
}

void activate_backward(Activation s, ConstView z, ConstView a, ConstView grad_a, View grad_z) {
  HOURGLASS_CHECK(z.size() == a.size() && z.size() == grad_a.size() && z.size() == grad_z.size());
  backend_of(z).activate_backward(s, z, a, grad_a, grad_z);
}

void activation_derivatives(Activation s, ConstView z, ConstView a, View first, View second) {
  HOURGLASS_CHECK(z.size() == a.size() && (!first || first.size() == z.size()) &&
                  (!second || second.size() == z.size()));
  backend_of(z).activation_derivatives(s, z, a, first, second);
}

double bce_with_logits(ConstView z, ConstView x, double scale, View r, View grad_z) {
  HOURGLASS_CHECK(z.size() == x.size() && (!r || r.size() == z.size()) && (!grad_z || grad_z.size() == z.size()));
  return read_sum(z, [&](const Backend& b, View sum) { b.bce_with_logits(z, x, scale, r, grad_z, sum); });
}

double squared_error(ConstView r, ConstView x, double scale, View grad_r) {
  HOURGLASS_CHECK(r.size() == x.size() && (!grad_r || grad_r.size() == r.size()));
  return read_sum(r, [&](const Backend& b, View sum) { b.squared_error(r, x, scale, grad_r, sum); });
}

double cross_entropy(ConstView z, std::span<const int32_t> classes, double scale, View grad_z) {
  HOURGLASS_CHECK(static_cast<int64_t>(classes.size()) == z.rows() && (!grad_z || grad_z.size() == z.size()));
  for (const int32_t c : classes) HOURGLASS_CHECK(c >= 0 && c < z.columns());
  return read_sum(z, [&](const Backend& b, View sum) { b.cross_entropy(z, classes, scale, grad_z, sum); });
}

double sum_of_absolutes(ConstView x) {
  return read_sum(x, [&](const Backend& b, View sum) { b.sum_of_absolutes(x, sum); });
}

double sum_of_squares(ConstView x) {
  return read_sum(x, [&](const Backend& b, View sum) { b.sum_of_squares(x, sum); });
}

void column_sums(ConstView x, std::span<double> sums) {
  HOURGLASS_CHECK(static_cast<int64_t>(sums.size()) == x.columns());
  read_sums(x, sums, [&](const Backend& b, View on_device) { b.column_sums(x, on_device); });
}

void column_sums_of_squares(ConstView x, std::span<double> sums) { column_dots(x, x, sums); }

void column_dots(ConstView a, ConstView b, std::span<double> sums) {
  HOURGLASS_CHECK(static_cast<int64_t>(sums.size()) == a.columns() && a.size() == b.size());
  read_sums(a, sums, [&](const Backend& of, View on_device) { of.column_dots(a, b, on_device); });
}

void row_sums_of_squares(ConstView x, std::span<double> sums) {
  HOURGLASS_CHECK(static_cast<int64_t>(sums.size()) == x.rows());
  read_sums(x, sums, [&](const Backend& b, View on_device) {
    for (int64_t i = 0; i < x.rows(); ++i) b.sum_of_squares(x.slice(i, 1), on_device.part(i, {1}));
  });
}

void add_column_sums(ConstView x, View y) {
  HOURGLASS_CHECK(x.columns() == y.size());
  backend_of(x).add_column_sums(x, y);
}

void add_scaled(double alpha, ConstView x, View y) {
  HOURGLASS_CHECK(x.size() == y.size());
  backend_of(x).add_scaled(alpha, x, y);
}

void add_scaled_sign(double alpha, ConstView x, View y) {
  HOURGLASS_CHECK(x.size() == y.size());
  backend_of(x).add_scaled_sign(alpha, x, y);
}

double dot(ConstView x, ConstView y) {
  HOURGLASS_CHECK(x.size() == y.size());
  return read_sum(x, [&](const Backend& b, View sum) { b.dot(x, y, sum); });
}

void scale(double alpha, View x) { backend_of(x).scale(alpha, x); }

void add_to_rows(std::span<const double> v, View y) {
  HOURGLASS_CHECK(static_cast<int64_t>(v.size()) == y.columns());
  backend_of(y).add_to_rows(v, y);
}

void add_scaled_product(std::span<const double> v, ConstView a, ConstView b, View y) {
  HOURGLASS_CHECK(static_cast<int64_t>(v.size()) == y.columns() && a.size() == y.size() && b.size() == y.size());
  backend_of(y).add_scaled_product(v, a, b, y);
}

void affine_columns(const ColumnAffine& c, ConstView a, ConstView b, View y) {
  for (const auto& list : {c.shift, c.factor, c.shift_b, c.factor_b, c.offset})
    HOURGLASS_CHECK(list.empty() || static_cast<int64_t>(list.size()) == y.columns());
  HOURGLASS_CHECK(a.size() == y.size() && (!b || b.size() == y.size()));
  backend_of(y).affine_columns(c, a, b, y);
}

void scale_by_sign(ConstView z, double positive, std::span<const double> negative, ConstView x, View y) {
  HOURGLASS_CHECK(static_cast<int64_t>(negative.size()) == z.columns() && z.size() == x.size() && x.size() == y.size());
  backend_of(z).scale_by_sign(z, positive, negative, x, y);
}

void normalise_groups(const GroupLayout& g, double epsilon, ConstView x, View y, View inverse) {
  HOURGLASS_CHECK(x.columns() == g.row() && g.channels % g.groups == 0 && x.size() == y.size());
  HOURGLASS_CHECK(inverse.size() == x.rows() * g.groups);
  backend_of(x).normalise_groups(g, epsilon, x, y, inverse);
}

void project_groups(const GroupLayout& g, ConstView y, ConstView inverse, ConstView v, View out) {
  HOURGLASS_CHECK(y.columns() == g.row() && v.columns() == g.row() && v.size() == out.size());
  HOURGLASS_CHECK(inverse.size() == y.rows() * g.groups && v.rows() % y.rows() == 0);
  backend_of(y).project_groups(g, y, inverse, v, out);
}

void project_groups_backward(const GroupLayout& g, ConstView y, ConstView inverse, ConstView a, ConstView b,
                             View grad) {
  HOURGLASS_CHECK(y.columns() == g.row() && a.columns() == g.row() && a.size() == b.size() && grad.size() == y.size());
  HOURGLASS_CHECK(inverse.size() == y.rows() * g.groups && a.rows() % y.rows() == 0);
  backend_of(y).project_groups_backward(g, y, inverse, a, b, grad);
}

void scale_rows_by_sample(ConstView s, ConstView x, View y) {
  HOURGLASS_CHECK(x.columns() == s.columns() && x.size() == y.size() && x.rows() % s.rows() == 0);
  backend_of(x).scale_rows_by_sample(s, x, y);
}

void add_products_by_sample(ConstView s, ConstView a, ConstView b, View y) {
  HOURGLASS_CHECK(a.size() == b.size() && s.size() == y.size() && a.columns() == s.columns());
  HOURGLASS_CHECK(a.rows() % s.rows() == 0);
  backend_of(a).add_products_by_sample(s, a, b, y);
}

void gaussian_sample(ConstView in, ConstView noise, View out) {
  HOURGLASS_CHECK(in.size() == 2 * out.size() && noise.size() == out.size() && in.rows() == out.rows());
  backend_of(in).gaussian_sample(in, noise, out);
}

void gaussian_backward(ConstView in, ConstView out, ConstView grad_out, View grad_in) {
  HOURGLASS_CHECK(in.size() == 2 * out.size() && grad_out.size() == out.size() && grad_in.size() == in.size());
  backend_of(in).gaussian_backward(in, out, grad_out, grad_in);
}

void gaussian_kl(ConstView in, std::span<double> sums) {
  HOURGLASS_CHECK(2 * static_cast<int64_t>(sums.size()) == in.columns());
  read_sums(in, sums, [&](const Backend& b, View on_device) { b.gaussian_kl(in, on_device); });
}

void add_gaussian_kl_gradient(std::span<const double> factors, ConstView in, View grad) {
  HOURGLASS_CHECK(2 * static_cast<int64_t>(factors.size()) == in.columns() && grad.size() == in.size());
  backend_of(in).add_gaussian_kl_gradient(factors, in, grad);
}

double imq_kernel(std::span<const double> c, ConstView x, ConstView y, double alpha, View grad_x) {
  HOURGLASS_CHECK(x.columns() == y.columns() && (!grad_x || grad_x.size() == x.size()));
  return read_sum(x, [&](const Backend& b, View sum) { b.imq_kernel(c, x, y, alpha, grad_x, sum); });
}

void divide_bytes(const uint8_t* x, double divisor, View y) { backend_of(y).divide_bytes(x, divisor, y); }

void sum_micro_batches(ConstView parts, int64_t first, View total) {
  HOURGLASS_CHECK(first >= 0 && first + total.size() <= parts.columns());
  backend_of(total).sum_micro_batches(parts, first, total);
}

void mark_nonzero_columns(ConstView x, std::span<uint64_t> marks) {
  HOURGLASS_CHECK(static_cast<int64_t>(marks.size()) == x.columns());
  backend_of(x).mark_nonzero_columns(x, marks);
}

void pack_columns(ConstView x, std::span<const ColumnRange> ranges, View packed) {
  HOURGLASS_CHECK(x.rows() == packed.rows());
  backend_of(x).pack_columns(x, ranges, packed);
}

void add_packed_columns(ConstView packed, std::span<const ColumnRange> ranges, View y) {
  HOURGLASS_CHECK(packed.rows() == y.rows());
  backend_of(y).add_packed_columns(packed, ranges, y);
}

void adam(const AdamStep& s, ConstView gradient, View w, View m, View v) {
  HOURGLASS_CHECK(gradient.size() == w.size() && m.size() == w.size() && v.size() == w.size());
  backend_of(w).adam(s, gradient, w, m, v);
}

void sgd(const SgdStep& s, ConstView gradient, View w, View b) {
  HOURGLASS_CHECK(gradient.size() == w.size() && b.size() == w.size());
  backend_of(w).sgd(s, gradient, w, b);
}

void rmsprop(const RmspropStep& s, ConstView gradient, View w, View v, View b) {
  HOURGLASS_CHECK(gradient.size() == w.size() && v.size() == w.size() && b.size() == w.size());
  backend_of(w).rmsprop(s, gradient, w, v, b);
}

}  // namespace hourglass::ops

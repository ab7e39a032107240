#include "hourglass/tensor/reference/reference.h"

#include <algorithm>
#include <cmath>

namespace hourglass::ops::reference {

namespace {

const double* in_(ConstView v) { return v.as<double>(); }
double* out_(View v) { return v.as<double>(); }

}  // namespace

void ReferenceBackend::matmul(const MatmulShape& s, ConstView a, ConstView b, ConstView bias, View c) const {
  const double *left = in_(a), *right = in_(b);
  for (int64_t i = 0; i < s.m; ++i)
    for (int64_t j = 0; j < s.n; ++j) {
      double sum = (s.accumulate ? out_(c)[i * s.n + j] : 0.0) + (bias ? in_(bias)[j] : 0.0);
      for (int64_t k = 0; k < s.k; ++k)
        sum += left[s.transpose_a ? k * s.a_stride + i : i * s.a_stride + k] *
               right[s.transpose_b ? j * s.k + k : k * s.n + j];
      out_(c)[i * s.n + j] = sum;
    }
}

void ReferenceBackend::swap_axes(ConstView in, int64_t a, int64_t b, View out) const {
  for (int64_t n = 0; n < in.rows(); ++n)
    for (int64_t i = 0; i < a; ++i)
      for (int64_t j = 0; j < b; ++j) out_(out)[(n * b + j) * a + i] = in_(in)[(n * a + i) * b + j];
}

void ReferenceBackend::bce_with_logits(ConstView z, ConstView x, double scale, View r, View grad_z, View sum) const {
  double total = 0;
  for (int64_t i = 0; i < z.size(); ++i) {
    const double zi = in_(z)[i], xi = in_(x)[i];
    total += std::max(zi, 0.0) - zi * xi + std::log1p(std::exp(-std::abs(zi)));
    const double ri = 1.0 / (1.0 + std::exp(-zi));
    if (r) out_(r)[i] = ri;
    if (grad_z) out_(grad_z)[i] = scale * (ri - xi);
  }
  *out_(sum) = total;
}

void ReferenceBackend::squared_error(ConstView r, ConstView x, double scale, View grad_r, View sum) const {
  double total = 0;
  for (int64_t i = 0; i < r.size(); ++i) {
    const double d = in_(r)[i] - in_(x)[i];
    total += d * d;
    if (grad_r) out_(grad_r)[i] = 2 * scale * d;
  }
  *out_(sum) = total;
}

void ReferenceBackend::cross_entropy(ConstView z, std::span<const int32_t> classes, double scale, View grad_z,
                                     View sum) const {
  const int64_t count = z.columns();
  double loss = 0;
  for (int64_t n = 0; n < z.rows(); ++n) {
    const double* row = in_(z) + n * count;
    const double largest = *std::max_element(row, row + count), at_class = row[classes[n]];
    double exponentials = 0;
    for (int64_t j = 0; j < count; ++j) exponentials += std::exp(row[j] - largest);
    loss += largest + std::log(exponentials) - at_class;
    if (!grad_z) continue;
    double* grad = out_(grad_z) + n * count;
    for (int64_t j = 0; j < count; ++j)
      grad[j] = scale * (std::exp(row[j] - largest) / exponentials - (j == classes[n]));
  }
  *out_(sum) = loss;
}

void ReferenceBackend::sum_of_absolutes(ConstView x, View sum) const {
  double total = 0;
  for (int64_t i = 0; i < x.size(); ++i) total += std::abs(in_(x)[i]);
  *out_(sum) = total;
}

void ReferenceBackend::sum_of_squares(ConstView x, View sum) const {
  double total = 0;
  for (int64_t i = 0; i < x.size(); ++i) total += in_(x)[i] * in_(x)[i];
  *out_(sum) = total;
}

void ReferenceBackend::column_sums(ConstView x, View sums) const {
  std::fill_n(out_(sums), sums.size(), 0.0);
  for (int64_t i = 0; i < x.size(); ++i) out_(sums)[i % sums.size()] += in_(x)[i];
}

void ReferenceBackend::column_dots(ConstView a, ConstView b, View sums) const {
  std::fill_n(out_(sums), sums.size(), 0.0);
  for (int64_t i = 0; i < a.size(); ++i) out_(sums)[i % sums.size()] += in_(a)[i] * in_(b)[i];
}

void ReferenceBackend::add_column_sums(ConstView x, View y) const {
  for (int64_t i = 0; i < x.size(); ++i) out_(y)[i % y.size()] += in_(x)[i];
}

void ReferenceBackend::add_scaled(double alpha, ConstView x, View y) const {
  for (int64_t i = 0; i < x.size(); ++i) out_(y)[i] += alpha * in_(x)[i];
}

void ReferenceBackend::add_scaled_sign(double alpha, ConstView x, View y) const {
  for (int64_t i = 0; i < x.size(); ++i) out_(y)[i] += alpha * ((in_(x)[i] > 0) - (in_(x)[i] < 0));
}

void ReferenceBackend::dot(ConstView x, ConstView y, View sum) const {
  double total = 0;
  for (int64_t i = 0; i < x.size(); ++i) total += in_(x)[i] * in_(y)[i];
  *out_(sum) = total;
}

void ReferenceBackend::scale(double alpha, View x) const {
  for (int64_t i = 0; i < x.size(); ++i) out_(x)[i] *= alpha;
}

void ReferenceBackend::add_to_rows(std::span<const double> v, View y) const {
  for (int64_t i = 0; i < y.size(); ++i) out_(y)[i] += v[i % v.size()];
}

void ReferenceBackend::add_scaled_product(std::span<const double> v, ConstView a, ConstView b, View y) const {
  for (int64_t i = 0; i < y.size(); ++i) out_(y)[i] += v[i % v.size()] * in_(a)[i] * in_(b)[i];
}

void ReferenceBackend::scale_rows_by_sample(ConstView s, ConstView x, View y) const {
  const int64_t units = s.columns(), per_sample = x.rows() / s.rows();
  for (int64_t i = 0; i < x.size(); ++i) out_(y)[i] = in_(s)[i / (units * per_sample) * units + i % units] * in_(x)[i];
}

void ReferenceBackend::add_products_by_sample(ConstView s, ConstView a, ConstView b, View y) const {
  const int64_t units = s.columns(), per_sample = a.rows() / s.rows();
  for (int64_t i = 0; i < a.size(); ++i) {
    const int64_t unit = i / (units * per_sample) * units + i % units;
    out_(y)[unit] += in_(s)[unit] * in_(a)[i] * in_(b)[i];
  }
}

void ReferenceBackend::divide_bytes(const uint8_t* x, double divisor, View y) const {
  for (int64_t i = 0; i < y.size(); ++i) out_(y)[i] = static_cast<float>(x[i]) / static_cast<float>(divisor);
}

void ReferenceBackend::sum_micro_batches(ConstView parts, int64_t first, View total) const {
  for (int64_t i = 0; i < total.size(); ++i) {
    double sum = 0;
    for (int64_t k = 0; k < parts.rows(); ++k) sum += in_(parts)[k * parts.columns() + first + i];
    out_(total)[i] = sum;
  }
}

void ReferenceBackend::adam(const AdamStep& s, ConstView gradient, View w, View m, View v) const {
  const double c1 = 1 - std::pow(s.beta1, s.step), c2 = 1 - std::pow(s.beta2, s.step);
  for (int64_t i = 0; i < w.size(); ++i) {
    const double g = in_(gradient)[i];
    out_(m)[i] = s.beta1 * out_(m)[i] + (1 - s.beta1) * g;
    out_(v)[i] = s.beta2 * out_(v)[i] + (1 - s.beta2) * g * g;
    out_(w)[i] *= 1 - s.rate * s.weight_decay;
    out_(w)[i] -= s.rate * (out_(m)[i] / c1) / (std::sqrt(out_(v)[i] / c2) + s.epsilon);
  }
}

void ReferenceBackend::sgd(const SgdStep& s, ConstView gradient, View w, View b) const {
  for (int64_t i = 0; i < w.size(); ++i) {
    const double g = in_(gradient)[i];
    out_(b)[i] = s.momentum * out_(b)[i] + g;
    out_(w)[i] -= s.rate * (s.nesterov ? g + s.momentum * out_(b)[i] : out_(b)[i]);
  }
}

void ReferenceBackend::rmsprop(const RmspropStep& s, ConstView gradient, View w, View v, View b) const {
  for (int64_t i = 0; i < w.size(); ++i) {
    const double g = in_(gradient)[i];
    out_(v)[i] = s.alpha * out_(v)[i] + (1 - s.alpha) * g * g;
    out_(b)[i] = s.momentum * out_(b)[i] + g / (std::sqrt(out_(v)[i]) + s.epsilon);
    out_(w)[i] -= s.rate * out_(b)[i];
  }
}

}  // namespace hourglass::ops::reference

#include <algorithm>
#include <cmath>

#include "hourglass/tensor/reference/reference.h"

namespace hourglass::ops::reference {

namespace {

const double* in_(ConstView v) { return v.as<double>(); }
double* out_(View v) { return v.as<double>(); }

/// f(element of an array of `units` columns, of μ, of ln σ², unit) for every row and unit.
void for_each_unit(ConstView in, auto f) {
  const int64_t units = in.columns() / 2;
  for (int64_t n = 0; n < in.rows(); ++n)
    for (int64_t j = 0; j < units; ++j) f(n * units + j, 2 * n * units + j, (2 * n + 1) * units + j, j);
}

}  // namespace

void ReferenceBackend::gaussian_sample(ConstView in, ConstView noise, View out) const {
  for_each_unit(in, [&](int64_t i, int64_t mean, int64_t log_variance, int64_t) {
    out_(out)[i] = in_(in)[mean] + std::exp(in_(in)[log_variance] / 2) * in_(noise)[i];
  });
}

void ReferenceBackend::gaussian_backward(ConstView in, ConstView out, ConstView grad_out, View grad_in) const {
  for_each_unit(in, [&](int64_t i, int64_t mean, int64_t log_variance, int64_t) {
    out_(grad_in)[mean] = in_(grad_out)[i];
    out_(grad_in)[log_variance] = 0.5 * (in_(out)[i] - in_(in)[mean]) * in_(grad_out)[i];
  });
}

void ReferenceBackend::gaussian_kl(ConstView in, View sums) const {
  std::fill_n(out_(sums), sums.size(), 0.0);
  for_each_unit(in, [&](int64_t, int64_t mean, int64_t log_variance, int64_t unit) {
    const double m = in_(in)[mean], v = in_(in)[log_variance];
    out_(sums)[unit] += 0.5 * (m * m + std::expm1(v) - v);
  });
}

void ReferenceBackend::add_gaussian_kl_gradient(std::span<const double> factors, ConstView in, View grad) const {
  for_each_unit(in, [&](int64_t, int64_t mean, int64_t log_variance, int64_t unit) {
    out_(grad)[mean] += factors[unit] * in_(in)[mean];
    out_(grad)[log_variance] += factors[unit] * 0.5 * std::expm1(in_(in)[log_variance]);
  });
}

void ReferenceBackend::imq_kernel(std::span<const double> c, ConstView x, ConstView y, double alpha, View grad_x,
                                  View sum) const {
  const int64_t units = x.columns();
  double total = 0;
  for (int64_t i = 0; i < x.rows(); ++i)
    for (int64_t j = 0; j < y.rows(); ++j) {
      const double *a = in_(x) + i * units, *b = in_(y) + j * units;
      double squared = 0, slope = 0;
      for (int64_t k = 0; k < units; ++k) squared += (a[k] - b[k]) * (a[k] - b[k]);
      for (const double scale : c) {
        total += scale / (scale + squared);
        slope -= scale / ((scale + squared) * (scale + squared));
      }
      if (!grad_x) continue;
      for (int64_t k = 0; k < units; ++k) out_(grad_x)[i * units + k] += alpha * slope * 2 * (a[k] - b[k]);
    }
  *out_(sum) = total;
}

}  // namespace hourglass::ops::reference

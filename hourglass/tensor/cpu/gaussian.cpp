#include <algorithm>
#include <vector>

#include "hourglass/tensor/cpu/cpu.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "hourglass/tensor/cpu/gaussian.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h, as Highway asks.
#include "hourglass/tensor/cpu/loop-inl.h"

HWY_BEFORE_NAMESPACE();
namespace hourglass::ops::cpu::HWY_NAMESPACE {

// Of one row: μ of its units, then ln σ².

void GaussianSample(const float* in, const float* noise, float* out, int64_t units) {
  for_each_vector(units, [&](auto at) HWY_ATTR {
    const V deviation = hn::Exp(D(), hn::Mul(hn::Set(D(), 0.5f), at.load(in + units)));
    at.store(hn::MulAdd(deviation, at.load(noise), at.load(in)), out);
  });
}

void GaussianBackward(const float* in, const float* out, const float* grad_out, float* grad_in, int64_t units) {
  for_each_vector(units, [&](auto at) HWY_ATTR {
    const V gradient = at.load(grad_out), half = hn::Set(D(), 0.5f);
    at.store(gradient, grad_in);
    at.store(hn::Mul(hn::Mul(half, hn::Sub(at.load(out), at.load(in))), gradient), grad_in + units);
  });
}

/// terms assigned ½ (μ² + σ² − ln σ² − 1). expm1 keeps the digits next to the prior, where the divergence is 0.
void GaussianKl(const float* in, float* terms, int64_t units) {
  for_each_vector(units, [&](auto at) HWY_ATTR {
    const V mean = at.load(in), v = at.load(in + units);
    const V sum = hn::MulAdd(mean, mean, hn::Sub(hn::Expm1(D(), v), v));
    at.store(hn::Mul(hn::Set(D(), 0.5f), sum), terms);
  });
}

void AddGaussianKlGradient(const float* factors, const float* in, float* grad, int64_t units) {
  for_each_vector(units, [&](auto at) HWY_ATTR {
    const V factor = at.load(factors), half = hn::Set(D(), 0.5f);
    const V variance_part = hn::Mul(half, hn::Expm1(D(), at.load(in + units)));
    at.store(hn::MulAdd(factor, at.load(in), at.load(grad)), grad);
    at.store(hn::MulAdd(factor, variance_part, at.load(grad + units)), grad + units);
  });
}

/// Σ_j k(x, y_j) of one row x.
double ImqRow(const double* c, size_t scales, const float* x, const float* y, int64_t rows, int64_t units, double alpha,
              float* grad) {
  double total = 0;
  for (int64_t j = 0; j < rows; ++j, y += units) {
    const double squared = blocked_sum(units, [&](int64_t first, auto at) HWY_ATTR {
      const V d = hn::Sub(at.load(x + first), at.load(y + first));
      return hn::Mul(d, d);
    });
    double slope = 0;
    for (size_t s = 0; s < scales; ++s) {
      const double k = c[s] / (c[s] + squared);
      total += k;
      slope -= k / (c[s] + squared);
    }
    if (!grad) continue;
    const V factor = hn::Set(D(), static_cast<float>(2 * alpha * slope));
    for_each_vector(units, [&](auto at) HWY_ATTR {
      at.store(hn::MulAdd(factor, hn::Sub(at.load(x), at.load(y)), at.load(grad)), grad);
    });
  }
  return total;
}

}  // namespace hourglass::ops::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace hourglass::ops::cpu {

HWY_EXPORT(GaussianSample);
HWY_EXPORT(GaussianBackward);
HWY_EXPORT(GaussianKl);
HWY_EXPORT(AddGaussianKlGradient);
HWY_EXPORT(ImqRow);

void CpuBackend::gaussian_sample(ConstView in, ConstView noise, View out) const {
  const auto sample = HWY_DYNAMIC_DISPATCH(GaussianSample);
  const int64_t units = out.columns();
  for (int64_t i = 0; i < out.size(); i += units)
    sample(in.as<float>() + 2 * i, noise.as<float>() + i, out.as<float>() + i, units);
}

void CpuBackend::gaussian_backward(ConstView in, ConstView out, ConstView grad_out, View grad_in) const {
  const auto backward = HWY_DYNAMIC_DISPATCH(GaussianBackward);
  const int64_t units = out.columns();
  for (int64_t i = 0; i < out.size(); i += units)
    backward(in.as<float>() + 2 * i, out.as<float>() + i, grad_out.as<float>() + i, grad_in.as<float>() + 2 * i, units);
}

void CpuBackend::gaussian_kl(ConstView in, View sums) const {
  const auto divergence = HWY_DYNAMIC_DISPATCH(GaussianKl);
  const std::span<double> totals = doubles(sums);
  thread_local std::vector<float> terms;
  terms.resize(totals.size());
  std::fill(totals.begin(), totals.end(), 0.0);
  for (int64_t i = 0; i < in.rows(); ++i) {
    divergence(in.as<float>() + i * in.columns(), terms.data(), std::ssize(terms));
    for (size_t j = 0; j < terms.size(); ++j) totals[j] += terms[j];
  }
}

void CpuBackend::add_gaussian_kl_gradient(std::span<const double> factors, ConstView in, View grad) const {
  const auto add = HWY_DYNAMIC_DISPATCH(AddGaussianKlGradient);
  thread_local std::vector<float> row;
  row.assign(factors.begin(), factors.end());
  for (int64_t i = 0; i < in.size(); i += in.columns())
    add(row.data(), in.as<float>() + i, grad.as<float>() + i, std::ssize(row));
}

void CpuBackend::imq_kernel(std::span<const double> c, ConstView x, ConstView y, double alpha, View grad_x,
                            View sum) const {
  const auto add_row = HWY_DYNAMIC_DISPATCH(ImqRow);
  const int64_t units = x.columns();
  double total = 0;
  for (int64_t i = 0; i < x.size(); i += units)
    total += add_row(c.data(), c.size(), x.as<float>() + i, y.as<float>(), y.rows(), units, alpha,
                     grad_x ? grad_x.as<float>() + i : nullptr);
  *sum.as<double>() = total;
}

}  // namespace hourglass::ops::cpu
#endif

#include <algorithm>
#include <cmath>

#include "hourglass/tensor/cpu/cpu.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "hourglass/tensor/cpu/elementwise.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h, as Highway asks.
#include "hourglass/tensor/cpu/loop-inl.h"

HWY_BEFORE_NAMESPACE();
namespace hourglass::ops::cpu::HWY_NAMESPACE {

double SquaredError(const float* r, const float* x, float scale, float* grad_r, int64_t n) {
  const V s = hn::Set(D(), 2 * scale);
  return blocked_sum(n, [&](int64_t first, auto at) HWY_ATTR {
    const V d = hn::Sub(at.load(r + first), at.load(x + first));
    if (grad_r) at.store(hn::Mul(s, d), grad_r + first);
    return hn::Mul(d, d);
  });
}

double SumOfAbsolutes(const float* x, int64_t n) {
  return blocked_sum(n, [&](int64_t first, auto at) HWY_ATTR { return hn::Abs(at.load(x + first)); });
}

double Dot(const float* x, const float* y, int64_t n) {
  return blocked_sum(n,
                     [&](int64_t first, auto at) HWY_ATTR { return hn::Mul(at.load(x + first), at.load(y + first)); });
}

void Scale(float alpha, float* x, int64_t n) {
  const V a = hn::Set(D(), alpha);
  for_each_vector(n, [&](auto at) HWY_ATTR { at.store(hn::Mul(a, at.load(x)), x); });
}

void AddScaled(float alpha, const float* x, float* y, int64_t n) {
  const V a = hn::Set(D(), alpha);
  for_each_vector(n, [&](auto at) HWY_ATTR { at.store(hn::MulAdd(a, at.load(x), at.load(y)), y); });
}

void AddScaledSign(float alpha, const float* x, float* y, int64_t n) {
  const V a = hn::Set(D(), alpha), zero = hn::Zero(D());
  for_each_vector(n, [&](auto at) HWY_ATTR {
    const V v = at.load(x);
    const V term = hn::IfThenElse(hn::Gt(v, zero), a, hn::IfThenElseZero(hn::Lt(v, zero), hn::Neg(a)));
    at.store(hn::Add(at.load(y), term), y);
  });
}

void AddScaledProduct(const double* v, const float* a, const float* b, float* y, int64_t n) {
  for (int64_t j = 0; j < n; ++j) y[j] += static_cast<float>(v[j]) * (a[j] * b[j]);
}

void Multiply(const float* a, const float* b, float* y, int64_t n) {
  for_each_vector(n, [&](auto at) HWY_ATTR { at.store(hn::Mul(at.load(a), at.load(b)), y); });
}

/// y += s ∘ Σ_k a_k ∘ b_k over `count` rows of n.
void AddProducts(const float* s, const float* a, const float* b, int64_t count, float* y, int64_t n) {
  for_each_vector(n, [&](auto at) HWY_ATTR {
    V sum = hn::Zero(D());
    for (int64_t k = 0; k < count; ++k) sum = hn::MulAdd(at.load(a + k * n), at.load(b + k * n), sum);
    at.store(hn::MulAdd(at.load(s), sum, at.load(y)), y);
  });
}

void DivideBytes(const uint8_t* x, float divisor, float* y, int64_t n) {
  const hn::Rebind<uint8_t, D> bytes;
  const hn::Rebind<int32_t, D> integers;
  const V d = hn::Set(D(), divisor);
  const auto lanes = static_cast<int64_t>(hn::Lanes(D()));
  int64_t i = 0;
  for (; i + lanes <= n; i += lanes) {
    const V values = hn::ConvertTo(D(), hn::PromoteTo(integers, hn::LoadU(bytes, x + i)));
    hn::StoreU(hn::Div(values, d), D(), y + i);
  }
  for (; i < n; ++i) y[i] = static_cast<float>(x[i]) / divisor;
}

void SumMicroBatches(const float* parts, int64_t stride, int64_t count, float* total, int64_t n) {
  for_each_vector(n, [&](auto at) HWY_ATTR {
    V sum = at.load(parts);
    for (int64_t k = 1; k < count; ++k) sum = hn::Add(sum, at.load(parts + k * stride));
    at.store(sum, total);
  });
}

/// One pass over gradient, weight and both moments.
void Adam(const AdamStep& s, const float* g, float* w, float* m, float* v, int64_t n) {
  const auto set = [](double x) HWY_ATTR { return hn::Set(D(), static_cast<float>(x)); };
  const V b1 = set(s.beta1), b2 = set(s.beta2), a1 = set(1 - s.beta1), a2 = set(1 - s.beta2), eps = set(s.epsilon);
  const V keep = set(1 - s.rate * s.weight_decay);
  const V r = set(s.rate / (1 - std::pow(s.beta1, s.step))), c2 = set(1 / std::sqrt(1 - std::pow(s.beta2, s.step)));
  for_each_vector(n, [&](auto at) HWY_ATTR {
    const V gi = at.load(g);
    const V mi = hn::MulAdd(b1, at.load(m), hn::Mul(a1, gi));
    const V vi = hn::MulAdd(b2, at.load(v), hn::Mul(a2, hn::Mul(gi, gi)));
    const V step = hn::Div(hn::Mul(r, mi), hn::MulAdd(hn::Sqrt(vi), c2, eps));
    at.store(mi, m);
    at.store(vi, v);
    at.store(hn::Sub(hn::Mul(keep, at.load(w)), step), w);
  });
}

void Sgd(const SgdStep& s, const float* g, float* w, float* b, int64_t n) {
  const V r = hn::Set(D(), static_cast<float>(s.rate)), mu = hn::Set(D(), static_cast<float>(s.momentum));
  for_each_vector(n, [&](auto at) HWY_ATTR {
    const V gi = at.load(g);
    const V bi = hn::MulAdd(mu, at.load(b), gi);
    at.store(bi, b);
    at.store(hn::NegMulAdd(r, s.nesterov ? hn::MulAdd(mu, bi, gi) : bi, at.load(w)), w);
  });
}

void Rmsprop(const RmspropStep& s, const float* g, float* w, float* v, float* b, int64_t n) {
  const auto set = [](double x) HWY_ATTR { return hn::Set(D(), static_cast<float>(x)); };
  const V alpha = set(s.alpha), rest = set(1 - s.alpha), eps = set(s.epsilon), mu = set(s.momentum), r = set(s.rate);
  for_each_vector(n, [&](auto at) HWY_ATTR {
    const V gi = at.load(g);
    const V vi = hn::MulAdd(alpha, at.load(v), hn::Mul(rest, hn::Mul(gi, gi)));
    const V bi = hn::MulAdd(mu, at.load(b), hn::Div(gi, hn::Add(hn::Sqrt(vi), eps)));
    at.store(vi, v);
    at.store(bi, b);
    at.store(hn::NegMulAdd(r, bi, at.load(w)), w);
  });
}

}  // namespace hourglass::ops::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace hourglass::ops::cpu {

HWY_EXPORT(SquaredError);
HWY_EXPORT(SumOfAbsolutes);
HWY_EXPORT(Dot);
HWY_EXPORT(Scale);
HWY_EXPORT(AddScaled);
HWY_EXPORT(AddScaledSign);
HWY_EXPORT(AddScaledProduct);
HWY_EXPORT(Multiply);
HWY_EXPORT(AddProducts);
HWY_EXPORT(DivideBytes);
HWY_EXPORT(SumMicroBatches);
HWY_EXPORT(Adam);
HWY_EXPORT(Sgd);
HWY_EXPORT(Rmsprop);

void CpuBackend::squared_error(ConstView r, ConstView x, double scale, View grad_r, View sum) const {
  *sum.as<double>() = HWY_DYNAMIC_DISPATCH(SquaredError)(r.as<float>(), x.as<float>(), static_cast<float>(scale),
                                                         grad_r.as<float>(), r.size());
}

void CpuBackend::sum_of_absolutes(ConstView x, View sum) const {
  *sum.as<double>() = HWY_DYNAMIC_DISPATCH(SumOfAbsolutes)(x.as<float>(), x.size());
}

void CpuBackend::sum_of_squares(ConstView x, View sum) const { dot(x, x, sum); }

void CpuBackend::dot(ConstView x, ConstView y, View sum) const {
  *sum.as<double>() = HWY_DYNAMIC_DISPATCH(Dot)(x.as<float>(), y.as<float>(), x.size());
}

void CpuBackend::scale(double alpha, View x) const {
  HWY_DYNAMIC_DISPATCH(Scale)(static_cast<float>(alpha), x.as<float>(), x.size());
}

void CpuBackend::add_column_sums(ConstView x, View y) const {
  // Narrow rows, such as the channels of a pixel, are added in groups: wide sums, which are added up at the end.
  constexpr int64_t kWide = 512;
  const int64_t n = y.size(), group = n < kWide ? std::min(kWide / n, x.rows()) : 1, wide = group * n;
  const auto add = HWY_DYNAMIC_DISPATCH(AddScaled);
  float folded[kWide] = {};
  float* sums = group > 1 ? folded : y.as<float>();
  int64_t done = 0;
  for (; done + wide <= x.size(); done += wide) add(1.0f, x.as<float>() + done, sums, wide);
  add(1.0f, x.as<float>() + done, sums, x.size() - done);
  if (group > 1)
    for (int64_t i = 0; i < wide; i += n) add(1.0f, sums + i, y.as<float>(), n);
}

void CpuBackend::add_scaled(double alpha, ConstView x, View y) const {
  HWY_DYNAMIC_DISPATCH(AddScaled)(static_cast<float>(alpha), x.as<float>(), y.as<float>(), x.size());
}

void CpuBackend::add_scaled_sign(double alpha, ConstView x, View y) const {
  HWY_DYNAMIC_DISPATCH(AddScaledSign)(static_cast<float>(alpha), x.as<float>(), y.as<float>(), x.size());
}

void CpuBackend::add_to_rows(std::span<const double> v, View y) const {
  float* p = y.as<float>();
  for (int64_t i = 0; i < y.rows(); ++i)
    for (const double value : v) *p++ += static_cast<float>(value);
}

void CpuBackend::add_scaled_product(std::span<const double> v, ConstView a, ConstView b, View y) const {
  const int64_t n = y.columns();
  const auto add = HWY_DYNAMIC_DISPATCH(AddScaledProduct);
  for (int64_t i = 0; i < y.rows() * n; i += n)
    add(v.data(), a.as<float>() + i, b.as<float>() + i, y.as<float>() + i, n);
}

void CpuBackend::scale_rows_by_sample(ConstView s, ConstView x, View y) const {
  const int64_t units = s.columns(), per_sample = x.rows() / s.rows();
  const auto multiply = HWY_DYNAMIC_DISPATCH(Multiply);
  for (int64_t r = 0; r < x.rows(); ++r)
    multiply(s.as<float>() + r / per_sample * units, x.as<float>() + r * units, y.as<float>() + r * units, units);
}

void CpuBackend::add_products_by_sample(ConstView s, ConstView a, ConstView b, View y) const {
  const int64_t units = s.columns(), per_sample = a.rows() / s.rows(), block = per_sample * units;
  const auto sum = HWY_DYNAMIC_DISPATCH(AddProducts);
  for (int64_t n = 0; n < s.rows(); ++n)
    sum(s.as<float>() + n * units, a.as<float>() + n * block, b.as<float>() + n * block, per_sample,
        y.as<float>() + n * units, units);
}

void CpuBackend::divide_bytes(const uint8_t* x, double divisor, View y) const {
  HWY_DYNAMIC_DISPATCH(DivideBytes)(x, static_cast<float>(divisor), y.as<float>(), y.size());
}

void CpuBackend::sum_micro_batches(ConstView parts, int64_t first, View total) const {
  HWY_DYNAMIC_DISPATCH(SumMicroBatches)
  (parts.as<float>() + first, parts.columns(), parts.rows(), total.as<float>(), total.size());
}

void CpuBackend::adam(const AdamStep& s, ConstView gradient, View w, View m, View v) const {
  HWY_DYNAMIC_DISPATCH(Adam)(s, gradient.as<float>(), w.as<float>(), m.as<float>(), v.as<float>(), w.size());
}

void CpuBackend::sgd(const SgdStep& s, ConstView gradient, View w, View b) const {
  HWY_DYNAMIC_DISPATCH(Sgd)(s, gradient.as<float>(), w.as<float>(), b.as<float>(), w.size());
}

void CpuBackend::rmsprop(const RmspropStep& s, ConstView gradient, View w, View v, View b) const {
  HWY_DYNAMIC_DISPATCH(Rmsprop)(s, gradient.as<float>(), w.as<float>(), v.as<float>(), b.as<float>(), w.size());
}

}  // namespace hourglass::ops::cpu
#endif

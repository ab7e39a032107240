#include <algorithm>
#include <cmath>
#include <vector>

#include "hourglass/tensor/cpu/cpu.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "hourglass/tensor/cpu/normalise.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h, as Highway asks.
#include "hourglass/tensor/cpu/loop-inl.h"

HWY_BEFORE_NAMESPACE();
namespace hourglass::ops::cpu::HWY_NAMESPACE {

double RunSum(const float* x, int64_t n) {
  return blocked_sum(n, [&](int64_t first, auto at) HWY_ATTR { return at.load(x + first); });
}

double RunDot(const float* x, const float* y, int64_t n) {
  return blocked_sum(n,
                     [&](int64_t first, auto at) HWY_ATTR { return hn::Mul(at.load(x + first), at.load(y + first)); });
}

/// Σ (x − mean)².
double RunSquares(const float* x, float mean, int64_t n) {
  const V m = hn::Set(D(), mean);
  return blocked_sum(n, [&](int64_t first, auto at) HWY_ATTR {
    const V d = hn::Sub(at.load(x + first), m);
    return hn::Mul(d, d);
  });
}

/// out = (x − shift)·factor + y·slope; y may be null.
void RunProject(const float* x, float shift, float factor, const float* y, float slope, float* out, int64_t n) {
  const V s = hn::Set(D(), shift), f = hn::Set(D(), factor), k = hn::Set(D(), slope);
  for_each_vector(n, [&](auto at) HWY_ATTR {
    const V scaled = hn::Mul(hn::Sub(at.load(x), s), f);
    at.store(y ? hn::MulAdd(at.load(y), k, scaled) : scaled, out);
  });
}

/// grad += (a − mean_a)·factor_a + (b − mean_b)·factor_b + y·slope.
void RunCurve(const float* a, float mean_a, float factor_a, const float* b, float mean_b, float factor_b,
              const float* y, float slope, float* grad, int64_t n) {
  const V ma = hn::Set(D(), mean_a), fa = hn::Set(D(), factor_a), mb = hn::Set(D(), mean_b);
  const V fb = hn::Set(D(), factor_b), k = hn::Set(D(), slope);
  for_each_vector(n, [&](auto at) HWY_ATTR {
    V sum = hn::MulAdd(at.load(y), k, at.load(grad));
    sum = hn::MulAdd(hn::Sub(at.load(a), ma), fa, sum);
    at.store(hn::MulAdd(hn::Sub(at.load(b), mb), fb, sum), grad);
  });
}

}  // namespace hourglass::ops::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace hourglass::ops::cpu {

HWY_EXPORT(RunSum);
HWY_EXPORT(RunDot);
HWY_EXPORT(RunSquares);
HWY_EXPORT(RunProject);
HWY_EXPORT(RunCurve);

namespace {

/// The groups of one sample: a group is `positions` runs of adjacent elements, `channels` apart. A sample of one group
/// is one run.
struct Runs {
  explicit Runs(const GroupLayout& g)
      : width(g.groups == 1 ? g.row() : g.channels / g.groups), count(g.elements() / width), stride(g.channels) {}

  /// Σ f(run's offset in the group).
  template <class F>
  double sum(F f) const {
    double total = 0;
    for (int64_t k = 0; k < count; ++k) total += f(k * stride);
    return total;
  }
  template <class F>
  void for_each(F f) const {
    for (int64_t k = 0; k < count; ++k) f(k * stride);
  }

  int64_t width, count, stride;
};

float single(double x) { return static_cast<float>(x); }

}  // namespace

void CpuBackend::normalise_groups(const GroupLayout& g, double epsilon, ConstView x, View y, View inverse) const {
  const Runs runs(g);
  const auto run_sum = HWY_DYNAMIC_DISPATCH(RunSum);
  const auto squares = HWY_DYNAMIC_DISPATCH(RunSquares);
  const auto project = HWY_DYNAMIC_DISPATCH(RunProject);
  const auto n = static_cast<double>(g.elements());
  for (int64_t i = 0; i < inverse.size(); ++i) {
    const int64_t first = i / g.groups * g.row() + i % g.groups * runs.width;
    const float* from = x.as<float>() + first;
    float* to = y.as<float>() + first;
    const float mean = single(runs.sum([&](int64_t at) { return run_sum(from + at, runs.width); }) / n);
    const double variance = runs.sum([&](int64_t at) { return squares(from + at, mean, runs.width); }) / n;
    const float factor = single(1 / std::sqrt(variance + epsilon));
    runs.for_each([&](int64_t at) { project(from + at, mean, factor, nullptr, 0, to + at, runs.width); });
    inverse.as<float>()[i] = factor;
  }
}

void CpuBackend::project_groups(const GroupLayout& g, ConstView y, ConstView inverse, ConstView v, View out) const {
  const Runs runs(g);
  const auto run_sum = HWY_DYNAMIC_DISPATCH(RunSum);
  const auto dot = HWY_DYNAMIC_DISPATCH(RunDot);
  const auto project = HWY_DYNAMIC_DISPATCH(RunProject);
  const int64_t per_row = v.rows() / y.rows();
  const auto n = static_cast<double>(g.elements());
  for (int64_t i = 0; i < v.rows() * g.groups; ++i) {
    const int64_t row = i / g.groups, group = i % g.groups, in_row = group * runs.width;
    const float* from = v.as<float>() + row * g.row() + in_row;
    const float* normal = y.as<float>() + row / per_row * g.row() + in_row;
    float* to = out.as<float>() + row * g.row() + in_row;
    const double r = inverse.as<float>()[row / per_row * g.groups + group];
    const double mean = runs.sum([&](int64_t at) { return run_sum(from + at, runs.width); }) / n;
    const double slope = runs.sum([&](int64_t at) { return dot(normal + at, from + at, runs.width); }) / n;
    runs.for_each([&](int64_t at) {
      project(from + at, single(mean), single(r), normal + at, single(-r * slope), to + at, runs.width);
    });
  }
}

void CpuBackend::project_groups_backward(const GroupLayout& g, ConstView y, ConstView inverse, ConstView a, ConstView b,
                                         View grad) const {
  const Runs runs(g);
  const auto run_sum = HWY_DYNAMIC_DISPATCH(RunSum);
  const auto run_dot = HWY_DYNAMIC_DISPATCH(RunDot);
  const auto curve = HWY_DYNAMIC_DISPATCH(RunCurve);
  const int64_t per_row = a.rows() / y.rows();
  const auto n = static_cast<double>(g.elements());
  for (int64_t i = 0; i < a.rows() * g.groups; ++i) {
    const int64_t row = i / g.groups, group = i % g.groups, in_row = group * runs.width;
    const int64_t sample = row / per_row * g.row() + in_row;
    const float *left = a.as<float>() + row * g.row() + in_row, *right = b.as<float>() + row * g.row() + in_row;
    const float* normal = y.as<float>() + sample;
    float* to = grad.as<float>() + sample;
    const auto sum = [&](const float* p) { return runs.sum([&](int64_t at) { return run_sum(p + at, runs.width); }); };
    const auto dot = [&](const float* p, const float* q) {
      return runs.sum([&](int64_t at) { return run_dot(p + at, q + at, runs.width); });
    };
    const double sum_a = sum(left), sum_b = sum(right), along_a = dot(normal, left), along_b = dot(normal, right);
    const double s = dot(left, right) - sum_a * sum_b / n - along_a * along_b / n;
    const double r = inverse.as<float>()[row / per_row * g.groups + group], factor = -r * r / n;
    const float of_a = single(factor * along_b), of_b = single(factor * along_a);
    const float slope = single(factor * (s - 2 * along_a * along_b / n));
    runs.for_each([&](int64_t at) {
      curve(left + at, single(sum_a / n), of_a, right + at, single(sum_b / n), of_b, normal + at, slope, to + at,
            runs.width);
    });
  }
}

}  // namespace hourglass::ops::cpu
#endif

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>
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

/// Whether the elements of each group are adjacent: group i of all samples then begins at i·elements.
bool has_adjacent_elements(const GroupLayout& g) { return g.groups == 1 || g.positions == 1; }

/// The group of y that group i of v belongs to, which has `per_row` rows for each of y.
int64_t group_of(const GroupLayout& g, int64_t i, int64_t per_row) {
  return i / g.groups / per_row * g.groups + i % g.groups;
}

float single(double x) { return static_cast<float>(x); }

/// One value per group of a sample, and one per channel, in this thread's memory.
class Lists {
 public:
  explicit Lists(const GroupLayout& g) : g_(g) {}

  /// Lists of numbers for all groups.
  template <size_t K>
  std::array<std::span<double>, K> groups() const {
    thread_local std::vector<double> memory;
    return cut<K>(memory, g_.groups);
  }
  /// For all channels.
  template <size_t K>
  std::array<std::span<double>, K> channels() const {
    thread_local std::vector<double> memory;
    return cut<K>(memory, g_.channels);
  }
  /// `to` assigned the value of every channel's group.
  void spread(std::span<const double> of_groups, std::span<double> to) const {
    const auto width = static_cast<size_t>(g_.channels / g_.groups);
    for (size_t c = 0; c < to.size(); ++c) to[c] = of_groups[c / width];
  }

 private:
  template <size_t K>
  static std::array<std::span<double>, K> cut(std::vector<double>& memory, int64_t count) {
    const auto size = static_cast<size_t>(count);
    memory.resize(std::max(memory.size(), K * size));
    std::array<std::span<double>, K> lists;
    for (size_t k = 0; k < K; ++k) lists[k] = std::span(memory).subspan(k * size, size);
    return lists;
  }

  const GroupLayout& g_;
};

View view_of(std::span<double> list) {
  return {reinterpret_cast<std::byte*>(list.data()), DType::f64, {static_cast<int64_t>(list.size())}};
}

/// Samples of channels-last images, whose runs are short: each is a matrix (positions, channels) with sums by column.
class ByColumns {
 public:
  ByColumns(const CpuBackend& cpu, const GroupLayout& g) : cpu_(cpu), g_(g), lists_(g) {}

  template <class Byte>
  BasicView<Byte> sample(const BasicView<Byte>& rows, int64_t i) const {
    return rows.part(i * g_.row(), {g_.positions, g_.channels});
  }
  /// groups assigned the mean over each group of a, or of a·b unless b is empty.
  void means(ConstView a, ConstView b, std::span<double> groups) const {
    const auto [sums] = lists_.channels<1>();
    b ? cpu_.column_dots(a, b, view_of(sums)) : cpu_.column_sums(a, view_of(sums));
    std::ranges::fill(groups, 0.0);
    const size_t width = sums.size() / groups.size();
    for (size_t c = 0; c < sums.size(); ++c) groups[c / width] += sums[c];
    for (double& x : groups) x /= static_cast<double>(g_.elements());
  }
  /// y assigned (a − shift)·factor + (b − shift_b)·factor_b with one coefficient per group; b may be empty.
  void map(ConstView a, std::span<const double> shift, std::span<const double> factor, ConstView b,
           std::span<const double> shift_b, std::span<const double> factor_b, View y) const {
    const auto lists = lists_.channels<4>();
    const std::array given = {shift, factor, shift_b, factor_b};
    for (size_t k = 0; k < given.size(); ++k)
      if (!given[k].empty()) lists_.spread(given[k], lists[k]);
    const auto list = [&](size_t k) { return given[k].empty() ? std::span<const double>() : lists[k]; };
    cpu_.affine_columns({.shift = list(0), .factor = list(1), .shift_b = list(2), .factor_b = list(3)}, a, b, y);
  }

  void normalise(double epsilon, ConstView x, View y, View inverse) const {
    const auto [mean, factor] = lists_.groups<2>();
    for (int64_t i = 0; i < x.rows(); ++i) {
      const ConstView from = sample(x, i);
      means(from, {}, mean);
      means(from, from, factor);
      for (size_t k = 0; k < mean.size(); ++k) {
        factor[k] = 1 / std::sqrt(std::max(0.0, factor[k] - mean[k] * mean[k]) + epsilon);
        inverse.as<float>()[i * g_.groups + static_cast<int64_t>(k)] = single(factor[k]);
      }
      map(from, mean, factor, {}, {}, {}, sample(y, i));
    }
  }
  void project(ConstView y, ConstView inverse, ConstView v, View out) const {
    const auto [mean, slope, factor] = lists_.groups<3>();
    const int64_t per_row = v.rows() / y.rows();
    for (int64_t i = 0; i < v.rows(); ++i) {
      const ConstView from = sample(v, i), normal = sample(y, i / per_row);
      means(from, {}, mean);
      means(from, normal, slope);
      read_inverse(inverse, i / per_row, factor);
      for (size_t k = 0; k < slope.size(); ++k) slope[k] *= -factor[k];
      map(from, mean, factor, normal, {}, slope, sample(out, i));
    }
  }
  void curve(ConstView y, ConstView inverse, ConstView a, ConstView b, View grad) const {
    const auto [mean_a, mean_b, along_a, along_b, slope, factor] = lists_.groups<6>();
    const int64_t per_row = a.rows() / y.rows();
    for (int64_t i = 0; i < a.rows(); ++i) {
      const ConstView left = sample(a, i), right = sample(b, i), normal = sample(y, i / per_row);
      const View to = sample(grad, i / per_row);
      means(left, {}, mean_a);
      means(right, {}, mean_b);
      means(left, normal, along_a);
      means(right, normal, along_b);
      means(left, right, slope);
      read_inverse(inverse, i / per_row, factor);
      for (size_t k = 0; k < slope.size(); ++k) {
        const double scale = -factor[k] * factor[k];
        slope[k] = scale * (slope[k] - mean_a[k] * mean_b[k] - 3 * along_a[k] * along_b[k]);
        std::swap(along_a[k], along_b[k]);
        along_a[k] *= scale;
        along_b[k] *= scale;
      }
      map(to, {}, {}, left, mean_a, along_a, to);
      map(to, {}, {}, right, mean_b, along_b, to);
      map(to, {}, {}, normal, {}, slope, to);
    }
  }

 private:
  void read_inverse(ConstView inverse, int64_t row, std::span<double> list) const {
    std::copy_n(inverse.as<float>() + row * g_.groups, g_.groups, list.begin());
  }

  const CpuBackend& cpu_;
  const GroupLayout& g_;
  Lists lists_;
};

}  // namespace

void CpuBackend::normalise_groups(const GroupLayout& g, double epsilon, ConstView x, View y, View inverse) const {
  if (!has_adjacent_elements(g)) return ByColumns(*this, g).normalise(epsilon, x, y, inverse);
  const auto sum = HWY_DYNAMIC_DISPATCH(RunSum);
  const auto squares = HWY_DYNAMIC_DISPATCH(RunSquares);
  const auto project = HWY_DYNAMIC_DISPATCH(RunProject);
  const int64_t n = g.elements();
  for (int64_t i = 0; i < inverse.size(); ++i) {
    const float* from = x.as<float>() + i * n;
    const float mean = single(sum(from, n) / static_cast<double>(n));
    const double variance = squares(from, mean, n) / static_cast<double>(n);
    const float factor = single(1 / std::sqrt(variance + epsilon));
    project(from, mean, factor, nullptr, 0, y.as<float>() + i * n, n);
    inverse.as<float>()[i] = factor;
  }
}

void CpuBackend::project_groups(const GroupLayout& g, ConstView y, ConstView inverse, ConstView v, View out) const {
  if (!has_adjacent_elements(g)) return ByColumns(*this, g).project(y, inverse, v, out);
  const auto sum = HWY_DYNAMIC_DISPATCH(RunSum);
  const auto dot = HWY_DYNAMIC_DISPATCH(RunDot);
  const auto project = HWY_DYNAMIC_DISPATCH(RunProject);
  const int64_t n = g.elements(), per_row = v.rows() / y.rows();
  for (int64_t i = 0; i < v.rows() * g.groups; ++i) {
    const int64_t group = group_of(g, i, per_row);
    const float *from = v.as<float>() + i * n, *normal = y.as<float>() + group * n;
    const float r = inverse.as<float>()[group];
    const double mean = sum(from, n) / static_cast<double>(n), slope = dot(normal, from, n) / static_cast<double>(n);
    project(from, single(mean), r, normal, single(-r * slope), out.as<float>() + i * n, n);
  }
}

void CpuBackend::project_groups_backward(const GroupLayout& g, ConstView y, ConstView inverse, ConstView a, ConstView b,
                                         View grad) const {
  if (!has_adjacent_elements(g)) return ByColumns(*this, g).curve(y, inverse, a, b, grad);
  const auto sum = HWY_DYNAMIC_DISPATCH(RunSum);
  const auto dot = HWY_DYNAMIC_DISPATCH(RunDot);
  const auto curve = HWY_DYNAMIC_DISPATCH(RunCurve);
  const int64_t n = g.elements(), per_row = a.rows() / y.rows();
  const auto mean = [&](double total) { return total / static_cast<double>(n); };
  for (int64_t i = 0; i < a.rows() * g.groups; ++i) {
    const int64_t group = group_of(g, i, per_row);
    const float *left = a.as<float>() + i * n, *right = b.as<float>() + i * n, *normal = y.as<float>() + group * n;
    const double r = inverse.as<float>()[group], scale = -r * r;
    const double mean_a = mean(sum(left, n)), mean_b = mean(sum(right, n));
    const double along_a = mean(dot(normal, left, n)), along_b = mean(dot(normal, right, n));
    const double slope = scale * (mean(dot(left, right, n)) - mean_a * mean_b - 3 * along_a * along_b);
    curve(left, single(mean_a), single(scale * along_b), right, single(mean_b), single(scale * along_a), normal,
          single(slope), grad.as<float>() + group * n, n);
  }
}

}  // namespace hourglass::ops::cpu
#endif

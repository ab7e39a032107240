#include <algorithm>
#include <vector>

#include "hourglass/tensor/cpu/cpu.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "hourglass/tensor/cpu/columns.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h, as Highway asks.
#include "hourglass/tensor/cpu/loop-inl.h"

HWY_BEFORE_NAMESPACE();
namespace hourglass::ops::cpu::HWY_NAMESPACE {

using Doubles = hn::ScalableTag<double>;

HWY_INLINE hn::Vec<Doubles> widened(const float* p) {
  return hn::PromoteTo(Doubles(), hn::LoadU(hn::Rebind<float, Doubles>(), p));
}

/// sums_j = Σ_i f(a + i·n + j, b + i·n + j) for `kVectors` vectors of columns, in the order of the rows i.
template <size_t kVectors, class F>
HWY_INLINE void sum_columns(const float* a, const float* b, int64_t rows, int64_t n, double* sums, F f) {
  const size_t lanes = hn::Lanes(Doubles());
  hn::Vec<Doubles> s0 = hn::Zero(Doubles()), s1 = s0, s2 = s0, s3 = s0;
  for (int64_t i = 0; i < rows; ++i, a += n, b += n) {
    s0 = f(a, b, s0);
    if constexpr (kVectors == 4) {
      s1 = f(a + lanes, b + lanes, s1);
      s2 = f(a + 2 * lanes, b + 2 * lanes, s2);
      s3 = f(a + 3 * lanes, b + 3 * lanes, s3);
    }
  }
  hn::StoreU(s0, Doubles(), sums);
  if constexpr (kVectors == 4) {
    hn::StoreU(s1, Doubles(), sums + lanes);
    hn::StoreU(s2, Doubles(), sums + 2 * lanes);
    hn::StoreU(s3, Doubles(), sums + 3 * lanes);
  }
}

/// `one` is f for a single element.
template <class F, class One>
HWY_INLINE void all_column_sums(const float* a, const float* b, int64_t rows, int64_t n, double* sums, F f, One one) {
  const auto lanes = static_cast<int64_t>(hn::Lanes(Doubles()));
  int64_t j = 0;
  for (; j + 4 * lanes <= n; j += 4 * lanes) sum_columns<4>(a + j, b + j, rows, n, sums + j, f);
  for (; j + lanes <= n; j += lanes) sum_columns<1>(a + j, b + j, rows, n, sums + j, f);
  for (; j < n; ++j) {
    double sum = 0;
    for (int64_t i = 0; i < rows; ++i) sum += one(a[i * n + j], b[i * n + j]);
    sums[j] = sum;
  }
}

void ColumnSums(const float* x, int64_t rows, int64_t n, double* sums) {
  all_column_sums(
      x, x, rows, n, sums,
      [](const float* a, const float*, hn::Vec<Doubles> sum) HWY_ATTR { return hn::Add(sum, widened(a)); },
      [](double a, double) { return a; });
}

/// The product of two floats is exact in double precision.
void ColumnDots(const float* x, const float* y, int64_t rows, int64_t n, double* sums) {
  all_column_sums(
      x, y, rows, n, sums,
      [](const float* a, const float* b, hn::Vec<Doubles> sum)
          HWY_ATTR { return hn::MulAdd(widened(a), widened(b), sum); },
      [](double a, double b) { return a * b; });
}

/// One run of n elements; coefficients holds shift, factor, offset, shift_b and factor_b, each of `stride`.
void AffineRun(const float* coefficients, int64_t stride, const float* a, const float* b, float* y, int64_t n) {
  const float *shift = coefficients, *factor = shift + stride, *offset = factor + stride, *shift_b = offset + stride,
              *factor_b = shift_b + stride;
  if (!b)
    return for_each_vector(n, [&](auto at) HWY_ATTR {
      at.store(hn::MulAdd(hn::Sub(at.load(a), at.load(shift)), at.load(factor), at.load(offset)), y);
    });
  for_each_vector(n, [&](auto at) HWY_ATTR {
    const V second = hn::MulAdd(hn::Sub(at.load(b), at.load(shift_b)), at.load(factor_b), at.load(offset));
    at.store(hn::MulAdd(hn::Sub(at.load(a), at.load(shift)), at.load(factor), second), y);
  });
}

void SignRun(const float* z, float positive, const float* negative, const float* x, float* y, int64_t n) {
  const V above = hn::Set(D(), positive);
  for_each_vector(n, [&](auto at) HWY_ATTR {
    const V factor = hn::IfThenElse(hn::Gt(at.load(z), hn::Zero(D())), above, at.load(negative));
    at.store(hn::Mul(at.load(x), factor), y);
  });
}

}  // namespace hourglass::ops::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace hourglass::ops::cpu {

HWY_EXPORT(ColumnSums);
HWY_EXPORT(ColumnDots);
HWY_EXPORT(AffineRun);
HWY_EXPORT(SignRun);

namespace {

/// Coefficients of columns as floats, repeated side by side where rows are narrow, such as the channels of a pixel, so
/// that a loop runs over many rows at once. In this thread's memory until the next one is made.
class Repeated {
 public:
  Repeated(int64_t lists, int64_t columns)
      : columns_(columns), width_(columns * std::max<int64_t>(1, kWide / columns)), values_(memory()) {
    values_.resize(std::max(values_.size(), static_cast<size_t>(lists * width_)));
  }

  int64_t width() const { return width_; }
  const float* data() const { return values_.data(); }

  /// f(column) for every column of a list.
  template <class F>
  void fill(int64_t list, F f) {
    float* to = values_.data() + list * width_;
    for (int64_t j = 0; j < columns_; ++j) to[j] = static_cast<float>(f(static_cast<size_t>(j)));
    for (int64_t j = columns_; j < width_; ++j) to[j] = to[j - columns_];
  }

 private:
  static constexpr int64_t kWide = 512;
  static std::vector<float>& memory() {
    thread_local std::vector<float> values;
    return values;
  }

  int64_t columns_, width_;
  std::vector<float>& values_;
};

double at(std::span<const double> list, size_t j, double absent) { return list.empty() ? absent : list[j]; }

/// What the offset must add because a shift is rounded to single precision.
double lost(std::span<const double> shift, std::span<const double> factor, size_t j) {
  const double exact = at(shift, j, 0);
  return (static_cast<float>(exact) - exact) * at(factor, j, 1);
}

}  // namespace

void CpuBackend::column_sums(ConstView x, View sums) const {
  HWY_DYNAMIC_DISPATCH(ColumnSums)(x.as<float>(), x.rows(), x.columns(), sums.as<double>());
}

void CpuBackend::column_dots(ConstView a, ConstView b, View sums) const {
  HWY_DYNAMIC_DISPATCH(ColumnDots)
  (a.as<float>(), b.as<float>(), a.size() / sums.size(), sums.size(), sums.as<double>());
}

void CpuBackend::affine_columns(const ColumnAffine& c, ConstView a, ConstView b, View y) const {
  Repeated all(5, y.columns());
  all.fill(0, [&](size_t j) { return at(c.shift, j, 0); });
  all.fill(1, [&](size_t j) { return at(c.factor, j, 1); });
  all.fill(2, [&](size_t j) {
    const double second = b ? lost(c.shift_b, c.factor_b, j) : 0;
    return at(c.offset, j, 0) + lost(c.shift, c.factor, j) + second;
  });
  all.fill(3, [&](size_t j) { return at(c.shift_b, j, 0); });
  all.fill(4, [&](size_t j) { return at(c.factor_b, j, 1); });
  const auto run = HWY_DYNAMIC_DISPATCH(AffineRun);
  for (int64_t i = 0; i < y.size(); i += all.width())
    run(all.data(), all.width(), a.as<float>() + i, b ? b.as<float>() + i : nullptr, y.as<float>() + i,
        std::min(all.width(), y.size() - i));
}

void CpuBackend::scale_by_sign(ConstView z, double positive, std::span<const double> negative, ConstView x,
                               View y) const {
  Repeated slopes(1, z.columns());
  slopes.fill(0, [&](size_t j) { return negative[j]; });
  const auto run = HWY_DYNAMIC_DISPATCH(SignRun);
  for (int64_t i = 0; i < z.size(); i += slopes.width())
    run(z.as<float>() + i, static_cast<float>(positive), slopes.data(), x.as<float>() + i, y.as<float>() + i,
        std::min(slopes.width(), z.size() - i));
}

}  // namespace hourglass::ops::cpu
#endif

#include "hourglass/tensor/cpu/dot_products.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "hourglass/tensor/cpu/dot_products.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h, as Highway asks.
#include "hourglass/tensor/cpu/loop-inl.h"

HWY_BEFORE_NAMESPACE();
namespace hourglass::ops::cpu::HWY_NAMESPACE {

/// out_j = or += x·(row j of b) + bias_j for kRows rows of b, k elements each.
template <int kRows>
HWY_INLINE void dots(const MatmulShape& s, const float* x, const float* b, const float* bias, float* out) {
  V sums[kRows];
  for (V& sum : sums) sum = hn::Zero(D());
  for_each_vector(s.k, [&](auto at) HWY_ATTR {
    const V v = at.load(x);
    for (int j = 0; j < kRows; ++j) sums[j] = hn::MulAdd(v, at.load(b + j * s.k), sums[j]);
  });
  for (int j = 0; j < kRows; ++j) {
    const float sum = hn::GetLane(hn::SumOfLanes(D(), sums[j])) + (bias ? bias[j] : 0.0f);
    out[j] = s.accumulate ? out[j] + sum : sum;
  }
}

void DotProducts(const MatmulShape& s, const float* a, const float* b, const float* bias, float* c) {
  constexpr int kBlock = 4;
  for (int64_t j = 0; j < s.n;) {
    const bool whole = j + kBlock <= s.n;
    const float* bias_j = bias ? bias + j : nullptr;
    for (int64_t i = 0; i < s.m; ++i)
      (whole ? dots<kBlock> : dots<1>)(s, a + i * s.a_stride, b + j * s.k, bias_j, c + i * s.n + j);
    j += whole ? kBlock : 1;
  }
}

}  // namespace hourglass::ops::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace hourglass::ops::cpu {

HWY_EXPORT(DotProducts);

bool fits_dot_products(const MatmulShape& s) {
  constexpr int64_t kMostRows = 4;
  return s.m <= kMostRows && !s.transpose_a && s.transpose_b;
}

void dot_products(const MatmulShape& s, ConstView a, ConstView b, ConstView bias, View c) {
  HWY_DYNAMIC_DISPATCH(DotProducts)
  (s, a.as<float>(), b.as<float>(), bias.as<float>(), c.as<float>());
}

}  // namespace hourglass::ops::cpu
#endif

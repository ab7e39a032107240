// Vector loops over float arrays, compiled once per instruction set (Highway's include pattern: no once-only guard).
#if defined(HOURGLASS_TENSOR_CPU_LOOP_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef HOURGLASS_TENSOR_CPU_LOOP_INL_H_
#undef HOURGLASS_TENSOR_CPU_LOOP_INL_H_
#else
#define HOURGLASS_TENSOR_CPU_LOOP_INL_H_
#endif

#include <hwy/contrib/math/math-inl.h>
#include <hwy/highway.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

HWY_BEFORE_NAMESPACE();
namespace hourglass::ops::cpu::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using D = hn::ScalableTag<float>;
using V = hn::Vec<D>;

/// A whole vector at element i.
struct Full {
  size_t i;
  V load(const float* p) const { return hn::LoadU(D(), p + i); }
  void store(V v, float* p) const { hn::StoreU(v, D(), p + i); }
  V keep(V v) const { return v; }
};

/// The last, partial vector: lanes beyond the end load as zero and are not stored; `keep` sets them to zero.
struct Tail {
  size_t i, count;
  hn::Mask<D> mask;
  V load(const float* p) const {
    // MaskedLoad may touch the whole vector, and needs it aligned, on machines before AVX2.
    HWY_ALIGN float lanes[hn::MaxLanes(D())] = {};
    std::memcpy(lanes, p + i, count * sizeof(float));
    return hn::Load(D(), lanes);
  }
  void store(V v, float* p) const { hn::BlendedStore(v, mask, D(), p + i); }
  V keep(V v) const { return hn::IfThenElseZero(mask, v); }
};

/// Calls f(position) for each vector of [0, n).
template <class F>
HWY_INLINE void for_each_vector(int64_t n, F f) {
  const size_t count = static_cast<size_t>(n), lanes = hn::Lanes(D());
  size_t i = 0;
  for (; i + lanes <= count; i += lanes) f(Full{i});
  if (i < count) f(Tail{i, count - i, hn::FirstN(D(), count - i)});
}

/// Σ f(position), with single-precision partial sums over at most `block` elements, added up in double precision.
template <class F>
HWY_INLINE double blocked_sum(int64_t n, F f) {
  constexpr int64_t kBlock = 1024;
  double total = 0;
  for (int64_t first = 0; first < n; first += kBlock) {
    V sum = hn::Zero(D());
    for_each_vector(HWY_MIN(kBlock, n - first), [&](auto at) HWY_ATTR { sum = hn::Add(sum, at.keep(f(first, at))); });
    total += hn::GetLane(hn::SumOfLanes(D(), sum));
  }
  return total;
}

}  // namespace hourglass::ops::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif

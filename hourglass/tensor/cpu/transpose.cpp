#include "hourglass/tensor/cpu/transpose.h"

#include "hourglass/tensor/cpu/cpu.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "hourglass/tensor/cpu/transpose.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h, as Highway asks.
#include "hourglass/tensor/cpu/loop-inl.h"

HWY_BEFORE_NAMESPACE();
namespace hourglass::ops::cpu::HWY_NAMESPACE {

HWY_INLINE void transpose4(const float* in, int64_t in_stride, float* out, int64_t out_stride) {
#if HWY_TARGET == HWY_SCALAR
  for (int i = 0; i < 4; ++i)
    for (int j = 0; j < 4; ++j) out[j * out_stride + i] = in[i * in_stride + j];
#else
  const hn::FixedTag<float, 4> d;
  const hn::FixedTag<double, 2> pairs;
  const auto r0 = hn::LoadU(d, in), r1 = hn::LoadU(d, in + in_stride);
  const auto r2 = hn::LoadU(d, in + 2 * in_stride), r3 = hn::LoadU(d, in + 3 * in_stride);
  const auto a = hn::BitCast(pairs, hn::InterleaveLower(d, r0, r1));
  const auto b = hn::BitCast(pairs, hn::InterleaveLower(d, r2, r3));
  const auto c = hn::BitCast(pairs, hn::InterleaveUpper(d, r0, r1));
  const auto e = hn::BitCast(pairs, hn::InterleaveUpper(d, r2, r3));
  hn::StoreU(hn::BitCast(d, hn::InterleaveLower(pairs, a, b)), d, out);
  hn::StoreU(hn::BitCast(d, hn::InterleaveUpper(pairs, a, b)), d, out + out_stride);
  hn::StoreU(hn::BitCast(d, hn::InterleaveLower(pairs, c, e)), d, out + 2 * out_stride);
  hn::StoreU(hn::BitCast(d, hn::InterleaveUpper(pairs, c, e)), d, out + 3 * out_stride);
#endif
}

void Transpose(const float* in, int64_t rows, int64_t columns, int64_t in_stride, float* out, int64_t out_stride) {
  constexpr int64_t kLine = 16;  // a cache line of `in` is used up before the next of its row is touched
  const int64_t whole_rows = rows / 4 * 4, whole_columns = columns / 4 * 4;
  for (int64_t line = 0; line < whole_columns; line += kLine)
    for (int64_t i = 0; i < whole_rows; i += 4)
      for (int64_t j = line; j < HWY_MIN(line + kLine, whole_columns); j += 4)
        transpose4(in + i * in_stride + j, in_stride, out + j * out_stride + i, out_stride);
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t j = i < whole_rows ? whole_columns : 0; j < columns; ++j)
      out[j * out_stride + i] = in[i * in_stride + j];
}

}  // namespace hourglass::ops::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace hourglass::ops::cpu {

HWY_EXPORT(Transpose);

void transpose(const float* in, int64_t rows, int64_t columns, int64_t in_stride, float* out, int64_t out_stride) {
  HWY_DYNAMIC_DISPATCH(Transpose)(in, rows, columns, in_stride, out, out_stride);
}

void CpuBackend::swap_axes(ConstView in, int64_t a, int64_t b, View out) const {
  for (int64_t n = 0; n < in.rows(); ++n)
    transpose(in.as<float>() + n * a * b, a, b, b, out.as<float>() + n * a * b, a);
}

}  // namespace hourglass::ops::cpu
#endif

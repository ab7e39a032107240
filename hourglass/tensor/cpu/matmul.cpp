#include "hourglass/tensor/cpu/cpu.h"
#include "hourglass/tensor/cpu/dot_products.h"
#include "hourglass/tensor/cpu/onednn.h"

namespace hourglass::ops::cpu {

namespace {

using dnnl::memory;
using Tag = memory::format_tag;

Primitive make_matmul(const MatmulShape& s) {
  constexpr auto f32 = memory::data_type::f32;
  const memory::dims strides = s.transpose_a ? memory::dims{1, s.a_stride} : memory::dims{s.a_stride, 1};
  const memory::desc a({s.m, s.k}, f32, strides);
  const memory::desc b({s.k, s.n}, f32, s.transpose_b ? Tag::ba : Tag::ab);
  const memory::desc c({s.m, s.n}, f32, Tag::ab);
  const memory::desc bias = s.bias ? memory::desc({1, s.n}, f32, Tag::ab) : memory::desc();
  const dnnl::matmul::primitive_desc pd({a, b, bias, c}, attributes(s.accumulate), engine());
  return {dnnl::matmul(pd),
          pd.scratchpad_desc(),
          {{DNNL_ARG_SRC, a}, {DNNL_ARG_WEIGHTS, b}, {DNNL_ARG_DST, c}, {DNNL_ARG_BIAS, bias}}};
}

}  // namespace

void CpuBackend::matmul(const MatmulShape& s, ConstView a, ConstView b, ConstView bias, View c) const {
  if (fits_dot_products(s)) return dot_products(s, a, b, bias, c);
  thread_local Cache<MatmulShape, Primitive> cache;
  cache.get(s, make_matmul)({a.as<float>(), b.as<float>(), c.as<float>(), bias.as<float>()});
}

}  // namespace hourglass::ops::cpu

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
  const memory::desc bias({1, s.n}, f32, Tag::ab);
  const auto attr = attributes(s.accumulate);
  if (s.bias) {
    const dnnl::matmul::primitive_desc pd({a, b, bias, c}, attr, engine());
    return {dnnl::matmul(pd),
            pd.scratchpad_desc(),
            {{DNNL_ARG_SRC, a}, {DNNL_ARG_WEIGHTS, b}, {DNNL_ARG_DST, c}, {DNNL_ARG_BIAS, bias}}};
  }
  const dnnl::matmul::primitive_desc pd({a, b, c}, attr, engine());
  return {dnnl::matmul(pd), pd.scratchpad_desc(), {{DNNL_ARG_SRC, a}, {DNNL_ARG_WEIGHTS, b}, {DNNL_ARG_DST, c}}};
}

}  // namespace

void CpuBackend::matmul(const MatmulShape& s, ConstView a, ConstView b, ConstView bias, View c) const {
  if (fits_dot_products(s)) return dot_products(s, a, b, bias, c);
  thread_local Cache<MatmulShape, Primitive> cache;
  Primitive& product = cache.get(s, make_matmul);
  if (s.bias)
    product({a.as<float>(), b.as<float>(), c.as<float>(), bias.as<float>()});
  else
    product({a.as<float>(), b.as<float>(), c.as<float>()});
}

}  // namespace hourglass::ops::cpu

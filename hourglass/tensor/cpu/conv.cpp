#include "hourglass/tensor/cpu/conv_lanes.h"
#include "hourglass/tensor/cpu/cpu.h"
#include "hourglass/tensor/cpu/onednn.h"

// Images are channels-last, which oneDNN's kernels read as they are. The weights, which are small, are copied into the
// blocked layout of the kernel in each call.

namespace hourglass::ops::cpu {

namespace {

using dnnl::memory;
using Tag = memory::format_tag;
constexpr auto kF32 = memory::data_type::f32;
constexpr int kWeights = 1;

struct ConvKey {
  ConvGeometry geometry;
  int64_t rows;
  bool bias;
  friend bool operator==(const ConvKey&, const ConvKey&) = default;
};

struct Descriptions {
  memory::desc in, out, weight, plain_weight, bias;
  memory::dims stride, dilation, padding, far_padding;
};

/// The padding at the bottom and right edges: negative where the stride leaves rows or columns of the image unused.
memory::dims far_padding(const ConvGeometry& g) {
  const auto reach = [](int64_t out, int64_t stride, int64_t kernel, int64_t dilation) {
    return (out - 1) * stride + (kernel - 1) * dilation + 1;
  };
  return {reach(g.out_height, g.stride.rows, g.kernel.rows, g.dilation.rows) - g.in_height - g.padding.rows,
          reach(g.out_width, g.stride.columns, g.kernel.columns, g.dilation.columns) - g.in_width - g.padding.columns};
}

Descriptions describe(const ConvKey& k) {
  const ConvGeometry& g = k.geometry;
  const bool is_grouped = g.groups > 1;
  const auto weight = is_grouped ? memory::dims{g.groups, g.out_channels / g.groups, g.in_channels / g.groups,
                                                g.kernel.rows, g.kernel.columns}
                                 : memory::dims{g.out_channels, g.in_channels, g.kernel.rows, g.kernel.columns};
  return {.in = {{k.rows, g.in_channels, g.in_height, g.in_width}, kF32, Tag::nhwc},
          .out = {{k.rows, g.out_channels, g.out_height, g.out_width}, kF32, Tag::nhwc},
          .weight = {weight, kF32, Tag::any},
          .plain_weight = {weight, kF32, is_grouped ? Tag::goihw : Tag::oihw},
          .bias = k.bias ? memory::desc({g.out_channels}, kF32, Tag::a) : memory::desc(),
          .stride = {g.stride.rows, g.stride.columns},
          .dilation = {g.dilation.rows - 1, g.dilation.columns - 1},
          .padding = {g.padding.rows, g.padding.columns},
          .far_padding = far_padding(g)};
}

Primitive make_reorder(const memory::desc& from, const memory::desc& to, bool accumulate = false) {
  const dnnl::reorder::primitive_desc pd(engine(), from, engine(), to, attributes(accumulate));
  return {dnnl::reorder(pd), pd.scratchpad_desc(), {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}}};
}

dnnl::convolution_forward::primitive_desc forward_description(const ConvKey& k) {
  const auto d = describe(k);
  return {{dnnl::prop_kind::forward_training, dnnl::algorithm::convolution_direct, d.in, d.weight, d.bias, d.out,
           d.stride, d.dilation, d.padding, d.far_padding},
          attributes(),
          engine()};
}

/// A primitive, and the reorder of its weights to or from the kernel's layout.
struct Convolution {
  Primitive run;
  Primitive reorder;
  size_t weight_bytes;
};

Convolution make_forward(const ConvKey& k) {
  const auto d = describe(k);
  const auto pd = forward_description(k);
  const auto weight = pd.weights_desc();
  return {{dnnl::convolution_forward(pd),
           pd.scratchpad_desc(),
           {{DNNL_ARG_SRC, d.in}, {DNNL_ARG_WEIGHTS, weight}, {DNNL_ARG_DST, d.out}, {DNNL_ARG_BIAS, d.bias}}},
          make_reorder(d.plain_weight, weight),
          weight.get_size()};
}

Convolution make_transposed(const ConvKey& k) {
  const auto d = describe(k);
  const dnnl::convolution_backward_data::primitive_desc pd(
      {dnnl::algorithm::convolution_direct, d.in, d.weight, d.out, d.stride, d.dilation, d.padding, d.far_padding},
      attributes(), engine(), forward_description(k));
  const auto weight = pd.weights_desc();
  return {{dnnl::convolution_backward_data(pd),
           pd.scratchpad_desc(),
           {{DNNL_ARG_DIFF_DST, d.out}, {DNNL_ARG_WEIGHTS, weight}, {DNNL_ARG_DIFF_SRC, d.in}}},
          make_reorder(d.plain_weight, weight),
          weight.get_size()};
}

Convolution make_weight_gradient(const ConvKey& k) {
  const auto d = describe(k);
  const dnnl::convolution_backward_weights::primitive_desc pd(
      {dnnl::algorithm::convolution_direct, d.in, d.weight, d.out, d.stride, d.dilation, d.padding, d.far_padding},
      attributes(), engine(), forward_description(k));
  const auto weight = pd.diff_weights_desc();
  return {{dnnl::convolution_backward_weights(pd),
           pd.scratchpad_desc(),
           {{DNNL_ARG_SRC, d.in}, {DNNL_ARG_DIFF_DST, d.out}, {DNNL_ARG_DIFF_WEIGHTS, weight}}},
          make_reorder(weight, d.plain_weight, true),
          weight.get_size()};
}

void add_channel_bias(ConstView bias, View image) {
  const float* b = bias.as<float>();
  float* p = image.as<float>();
  const int64_t channels = bias.size();
  for (int64_t i = 0; i < image.size(); i += channels)
    for (int64_t c = 0; c < channels; ++c) p[i + c] += b[c];
}

}  // namespace

void CpuBackend::conv2d(const ConvGeometry& g, ConstView in, ConstView weight, ConstView bias, View out) const {
  if (fits_lanes(g, g.out_channels, in.rows())) return conv2d_in_lanes(g, in, weight, bias, out);
  thread_local Cache<ConvKey, Convolution> cache;
  Convolution& c = cache.get({g, in.rows(), static_cast<bool>(bias)}, make_forward);
  void* blocked = scratch(c.weight_bytes, kWeights);
  c.reorder({weight.as<float>(), blocked});
  c.run({in.as<float>(), blocked, out.as<float>(), bias.as<float>()});
}

void CpuBackend::conv2d_transposed(const ConvGeometry& g, ConstView out, ConstView weight, ConstView bias,
                                   View in) const {
  if (fits_lanes(g, g.in_channels, in.rows())) return conv2d_transposed_in_lanes(g, out, weight, bias, in);
  thread_local Cache<ConvKey, Convolution> cache;
  Convolution& c = cache.get({g, in.rows(), false}, make_transposed);
  void* blocked = scratch(c.weight_bytes, kWeights);
  c.reorder({weight.as<float>(), blocked});
  c.run({out.as<float>(), blocked, in.as<float>()});
  if (bias) add_channel_bias(bias, in);
}

void CpuBackend::conv2d_weight_gradient(const ConvGeometry& g, ConstView in, ConstView grad_out,
                                        View grad_weight) const {
  thread_local Cache<ConvKey, Convolution> cache;
  Convolution& c = cache.get({g, in.rows(), false}, make_weight_gradient);
  void* blocked = scratch(c.weight_bytes, kWeights);
  c.run({in.as<float>(), grad_out.as<float>(), blocked});
  c.reorder({blocked, grad_weight.as<float>()});
}

}  // namespace hourglass::ops::cpu

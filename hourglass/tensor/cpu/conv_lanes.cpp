#include "hourglass/tensor/cpu/conv_lanes.h"

#include "hourglass/tensor/cpu/conv_lanes_plan.h"
#include "hourglass/tensor/cpu/onednn.h"
#include "hourglass/tensor/cpu/transpose.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "hourglass/tensor/cpu/conv_lanes.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h, as Highway asks.
#include "hourglass/tensor/cpu/loop-inl.h"

HWY_BEFORE_NAMESPACE();
namespace hourglass::ops::cpu::HWY_NAMESPACE {

/// `rows` runs of `steps` source vectors, each with a weight for every sum.
struct Runs {
  const float *source, *weights;
  int64_t rows, steps, source_stride, weights_stride;
};

/// The sums of a group; those of [first, last) are stored, side by side, sum 0 belonging to out[at].
template <int kSums>
void SumGroup(const Runs& r, const float* bias, int64_t first, int64_t last, float* out, int64_t at) {
  const D d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  V sums[kSums];
  for (int a = 0; a < kSums; ++a) sums[a] = hn::Set(d, bias[a]);
  for (int64_t row = 0; row < r.rows; ++row) {
    const float* source = r.source + row * r.source_stride;
    const float* weights = r.weights + row * r.weights_stride;
    for (int64_t i = 0; i < r.steps; ++i, source += lanes, weights += kSums) {
      const V x = hn::Load(d, source);
      for (int a = 0; a < kSums; ++a) sums[a] = hn::MulAdd(hn::Set(d, weights[a]), x, sums[a]);
    }
  }
  for (int a = 0; a < kSums; ++a)
    if (first <= a && a < last) hn::Store(sums[a], d, out + (at + a * lanes));
}

/// The sources that the group at (y, x) sums. Those outside the image are left out, so edges cost nothing.
Runs RunsAt(const LanesPlan& p, const float* source, const float* weights, int64_t y, int64_t x) {
  const int64_t pixel = p.source_channels * static_cast<int64_t>(hn::Lanes(D()));
  const Span v = p.sources(p.vertical, y, 1), h = p.sources(p.horizontal, x, p.group);
  const int64_t y0 = std::max<int64_t>(v.first, 0), y1 = std::min(v.first + v.count, p.source_height);
  const int64_t x0 = std::max<int64_t>(h.first, 0), x1 = std::min(h.first + h.count, p.source_width);
  if (y0 >= y1 || x0 >= x1) return {};
  return {source + (y0 * p.source_width + x0) * pixel,
          weights + (p.phase(x) * p.vertical.kernel + p.tap(p.vertical, y, y0)) * p.row_weights +
              (x0 - h.first) * p.source_channels * p.sums,
          y1 - y0,
          (x1 - x0) * p.source_channels,
          p.source_width * pixel,
          (p.transposed ? -p.vertical.stride : 1) * p.row_weights};
}

/// One image a lane: source and out are (pixels, channels, lanes).
void Convolve(const LanesPlan& p, const float* source, const float* weights, const float* bias, float* out) {
  constexpr decltype(&SumGroup<4>) kSum[] = {SumGroup<4>, SumGroup<5>, SumGroup<6>, SumGroup<7>, SumGroup<8>};
  const auto sum = kSum[p.sums - LanesPlan::kFewestSums];
  const int64_t pixel = p.channels * static_cast<int64_t>(hn::Lanes(D()));
  for (int64_t y = 0; y < p.height; ++y)
    for (int64_t x = p.start; x < p.width; x += p.group) {
      const int64_t first = std::max<int64_t>(0, -x), last = std::min(p.group, p.width - x);
      sum(RunsAt(p, source, weights, y, x), bias, first * p.channels, last * p.channels, out,
          (y * p.width + x) * pixel);
    }
}

int64_t LaneCount() { return static_cast<int64_t>(hn::Lanes(D())); }

}  // namespace hourglass::ops::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace hourglass::ops::cpu {

HWY_EXPORT(Convolve);
HWY_EXPORT(LaneCount);

namespace {

constexpr int kWeights = 1, kSource = 2, kOut = 3;

float* floats(int64_t count, int index) {
  return static_cast<float*>(scratch(static_cast<size_t>(count) * sizeof(float), index));
}

/// The weights of every phase and kernel row, as groups read them: zero where a pixel of the group does not use a
/// source pixel that another one does.
const float* pack(const LanesPlan& p, const float* weight) {
  const int64_t rows = p.vertical.kernel, columns = p.horizontal.kernel;
  float* packed = floats(p.phases * rows * p.row_weights, kWeights);
  float* next = packed;
  for (int64_t row = 0; row < p.phases * rows; ++row) {
    const int64_t x = row / rows - (p.transposed ? p.horizontal.padding : 0);
    const int64_t first = p.sources(p.horizontal, x, p.group).first;
    for (int64_t j = first; j < first + p.reach; ++j)
      for (int64_t s = 0; s < p.source_channels; ++s)
        for (int64_t a = 0; a < p.sums; ++a) {
          const int64_t kx = p.tap(p.horizontal, x + a / p.channels, j), c = a % p.channels;
          const int64_t oc = p.transposed ? s : c, ic = p.transposed ? c : s;
          *next++ =
              0 <= kx && kx < columns ? weight[((oc * p.g.in_channels + ic) * rows + row % rows) * columns + kx] : 0.0f;
        }
  }
  return packed;
}

void convolve(const LanesPlan& p, ConstView source, ConstView weight, ConstView bias, View out) {
  const int64_t lanes = HWY_DYNAMIC_DISPATCH(LaneCount)(), source_size = source.columns(), out_size = out.columns();
  float* source_lanes = floats(source_size * lanes, kSource);
  float* out_lanes = floats(out_size * lanes, kOut);
  const float* packed = pack(p, weight.as<float>());
  float biases[LanesPlan::kMostSums] = {};
  if (bias)
    for (int64_t a = 0; a < p.sums; ++a) biases[a] = bias.as<float>()[a % p.channels];
  for (int64_t first = 0; first < out.rows(); first += lanes) {
    const int64_t count = std::min(lanes, out.rows() - first);
    if (count < lanes) std::fill_n(source_lanes, source_size * lanes, 0.0f);
    transpose(source.as<float>() + first * source_size, count, source_size, source_size, source_lanes, lanes);
    HWY_DYNAMIC_DISPATCH(Convolve)(p, source_lanes, packed, biases, out_lanes);
    transpose(out_lanes, out_size, count, lanes, out.as<float>() + first * out_size, out_size);
  }
}

}  // namespace

bool fits_lanes(const ConvGeometry& g, int64_t channels, int64_t rows) {
  if (g.groups > 1 || g.dilation != 1) return false;
  return channels <= LanesPlan::kMostSums && channels < std::min(rows, HWY_DYNAMIC_DISPATCH(LaneCount)());
}

void conv2d_in_lanes(const ConvGeometry& g, ConstView in, ConstView weight, ConstView bias, View out) {
  convolve({g, false}, in, weight, bias, out);
}

void conv2d_transposed_in_lanes(const ConvGeometry& g, ConstView out, ConstView weight, ConstView bias, View in) {
  convolve({g, true}, out, weight, bias, in);
}

}  // namespace hourglass::ops::cpu
#endif

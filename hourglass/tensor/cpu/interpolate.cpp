#include <algorithm>

#include "hourglass/tensor/cpu/cpu.h"

namespace hourglass::ops::cpu {

namespace {

/// The two pixels of the smaller image between which a pixel of the larger one lies, and the weight of each.
struct Between {
  int64_t first, second;
  float first_weight, second_weight;
};

Between between(int64_t at, int64_t factor, int64_t size) {
  // The centre (at + ½)/factor − ½ in halves of a pixel of the larger image, not before the first centre.
  const int64_t halves = std::max<int64_t>(2 * at + 1 - factor, 0), first = halves / (2 * factor);
  const float weight = static_cast<float>(halves % (2 * factor)) / static_cast<float>(2 * factor);
  return {first, std::min(first + 1, size - 1), 1 - weight, weight};
}

/// Calls f(first channel of a pixel of the larger images, the four pixels around it, their weights).
template <class F>
void for_each_pixel(const ConvGeometry& g, int64_t rows, F f) {
  const int64_t channels = g.in_channels;
  for (int64_t n = 0, in = 0; n < rows; ++n)
    for (int64_t y = 0; y < g.in_height; ++y) {
      const Between v = between(y, g.kernel.rows, g.out_height);
      const int64_t top = (n * g.out_height + v.first) * g.out_width;
      const int64_t bottom = (n * g.out_height + v.second) * g.out_width;
      for (int64_t x = 0; x < g.in_width; ++x, in += channels) {
        const Between h = between(x, g.kernel.columns, g.out_width);
        const int64_t around[] = {(top + h.first) * channels, (top + h.second) * channels,
                                  (bottom + h.first) * channels, (bottom + h.second) * channels};
        const float weights[] = {v.first_weight * h.first_weight, v.first_weight * h.second_weight,
                                 v.second_weight * h.first_weight, v.second_weight * h.second_weight};
        f(in, around, weights);
      }
    }
}

}  // namespace

void CpuBackend::interpolate2d(const ConvGeometry& g, ConstView out, View in) const {
  const float* from = out.as<float>();
  for_each_pixel(g, in.rows(), [&](int64_t i, const int64_t(&around)[4], const float(&w)[4]) {
    const float *a = from + around[0], *b = from + around[1], *c = from + around[2], *d = from + around[3];
    float* to = in.as<float>() + i;
    for (int64_t k = 0; k < g.in_channels; ++k) to[k] = w[0] * a[k] + w[1] * b[k] + w[2] * c[k] + w[3] * d[k];
  });
}

void CpuBackend::interpolate2d_transposed(const ConvGeometry& g, ConstView in, View out) const {
  std::fill_n(out.as<float>(), out.size(), 0.0f);
  for_each_pixel(g, in.rows(), [&](int64_t i, const int64_t(&around)[4], const float(&w)[4]) {
    const float* from = in.as<float>() + i;
    for (int p = 0; p < 4; ++p) {
      float* to = out.as<float>() + around[p];
      for (int64_t k = 0; k < g.in_channels; ++k) to[k] += w[p] * from[k];
    }
  });
}

}  // namespace hourglass::ops::cpu

#include <algorithm>
#include <limits>

#include "hourglass/tensor/cpu/cpu.h"

namespace hourglass::ops::cpu {

namespace {

/// The part of the input under an output cell: rows [y0, y1), columns [x0, x1).
struct Window {
  int64_t y0, y1, x0, x1;
};

Window window(const ConvGeometry& g, int64_t oy, int64_t ox) {
  const int64_t y = oy * g.stride - g.padding, x = ox * g.stride - g.padding;
  return {std::max<int64_t>(y, 0), std::min(y + g.kernel, g.in_height), std::max<int64_t>(x, 0),
          std::min(x + g.kernel, g.in_width)};
}

/// Calls f(output cell's first channel, image, window) for every output cell of every row.
template <class F>
void for_each_window(const ConvGeometry& g, int64_t rows, F f) {
  for (int64_t n = 0; n < rows; ++n)
    for (int64_t oy = 0; oy < g.out_height; ++oy)
      for (int64_t ox = 0; ox < g.out_width; ++ox)
        f(((n * g.out_height + oy) * g.out_width + ox) * g.out_channels, n * g.in_size(), window(g, oy, ox));
}

}  // namespace

void max_pool2d(const ConvGeometry& g, ConstView in, View out) {
  const int64_t channels = g.in_channels;
  for_each_window(g, in.rows(), [&](int64_t o, int64_t image, Window w) {
    float* best = out.as<float>() + o;
    std::fill_n(best, channels, -std::numeric_limits<float>::infinity());
    for (int64_t y = w.y0; y < w.y1; ++y)
      for (int64_t x = w.x0; x < w.x1; ++x) {
        const float* pixel = in.as<float>() + image + (y * g.in_width + x) * channels;
        for (int64_t c = 0; c < channels; ++c) best[c] = pixel[c] > best[c] ? pixel[c] : best[c];
      }
  });
}

void max_pool2d_backward(const ConvGeometry& g, ConstView in, ConstView grad_out, View grad_in) {
  const int64_t channels = g.in_channels;
  std::fill_n(grad_in.as<float>(), grad_in.size(), 0.0f);
  for_each_window(g, in.rows(), [&](int64_t o, int64_t image, Window w) {
    for (int64_t c = 0; c < channels; ++c) {
      int64_t best = (w.y0 * g.in_width + w.x0) * channels + c;
      for (int64_t y = w.y0; y < w.y1; ++y)
        for (int64_t x = w.x0; x < w.x1; ++x) {
          const int64_t i = (y * g.in_width + x) * channels + c;
          if (in.as<float>()[image + i] > in.as<float>()[image + best]) best = i;
        }
      grad_in.as<float>()[image + best] += grad_out.as<float>()[o + c];
    }
  });
}

void swap_axes(ConstView in, int64_t a, int64_t b, View out) {
  const float* from = in.as<float>();
  float* to = out.as<float>();
  for (int64_t n = 0; n < in.rows(); ++n, from += a * b, to += a * b)
    for (int64_t i = 0; i < a; ++i)
      for (int64_t j = 0; j < b; ++j) to[j * a + i] = from[i * b + j];
}

}  // namespace hourglass::ops::cpu

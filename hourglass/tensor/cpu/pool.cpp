#include <algorithm>
#include <cmath>
#include <limits>

#include "hourglass/tensor/cpu/cpu.h"

namespace hourglass::ops::cpu {

namespace {

/// The part of the input under an output cell: rows [y0, y1), columns [x0, x1).
struct Window {
  int64_t y0, y1, x0, x1;
};

Window window(const ConvGeometry& g, int64_t oy, int64_t ox) {
  const int64_t y = oy * g.stride.rows - g.padding.rows, x = ox * g.stride.columns - g.padding.columns;
  return {std::max<int64_t>(y, 0), std::min(y + g.kernel.rows, g.in_height), std::max<int64_t>(x, 0),
          std::min(x + g.kernel.columns, g.in_width)};
}

/// Calls f(row, first channel of the output cell, window) for every output cell of every row.
template <class F>
void for_each_window(const ConvGeometry& g, int64_t rows, F f) {
  for (int64_t n = 0; n < rows; ++n)
    for (int64_t oy = 0; oy < g.out_height; ++oy)
      for (int64_t ox = 0; ox < g.out_width; ++ox)
        f(n, ((n * g.out_height + oy) * g.out_width + ox) * g.out_channels, window(g, oy, ox));
}

/// Whether x takes the place of the maximum so far; NaN is larger than any number, and the first one stays.
bool is_larger(float x, float maximum) { return !(x <= maximum) && !std::isnan(maximum); }

/// The index within the image of the maximum of channel c in the window; of equal elements the first.
int64_t maximum(const ConvGeometry& g, const float* image, const Window& w, int64_t c) {
  int64_t best = (w.y0 * g.in_width + w.x0) * g.in_channels + c;
  for (int64_t y = w.y0; y < w.y1; ++y)
    for (int64_t x = w.x0; x < w.x1; ++x) {
      const int64_t i = (y * g.in_width + x) * g.in_channels + c;
      if (is_larger(image[i], image[best])) best = i;
    }
  return best;
}

/// Calls f(index of a window's maximum, index of its output cell) in `rows` rows, of which rows / in.rows() belong to
/// each row of `in`.
template <class F>
void for_each_maximum(const ConvGeometry& g, ConstView in, int64_t rows, F f) {
  const int64_t per_sample = rows / in.rows();
  for_each_window(g, in.rows(), [&](int64_t n, int64_t o, Window w) {
    for (int64_t c = 0; c < g.in_channels; ++c) {
      const int64_t best = maximum(g, in.as<float>() + n * g.in_size(), w, c), cell = o + c - n * g.out_size();
      for (int64_t r = n * per_sample; r < (n + 1) * per_sample; ++r)
        f(r * g.in_size() + best, r * g.out_size() + cell);
    }
  });
}

bool tiles(const ConvGeometry& g) {
  return g.stride == g.kernel && g.padding == 0 && g.in_height == g.out_height * g.kernel.rows &&
         g.in_width == g.out_width * g.kernel.columns;
}

void repeat_pixels(const ConvGeometry& g, ConstView out, View in) {
  const int64_t width = g.in_width * g.in_channels;
  float* row = in.as<float>();
  for (int64_t i = 0; i < in.rows() * g.out_height; ++i) {
    const float* pixel = out.as<float>() + i * g.out_width * g.out_channels;
    for (int64_t x = 0; x < g.in_width; ++x)
      std::copy_n(pixel + x / g.kernel.columns * g.in_channels, g.in_channels, row + x * g.in_channels);
    for (int64_t k = 1; k < g.kernel.rows; ++k) std::copy_n(row, width, row + k * width);
    row += g.kernel.rows * width;
  }
}

}  // namespace

void CpuBackend::max_pool2d(const ConvGeometry& g, ConstView in, View out) const {
  const int64_t channels = g.in_channels;
  for_each_window(g, in.rows(), [&](int64_t n, int64_t o, Window w) {
    float* best = out.as<float>() + o;
    std::fill_n(best, channels, -std::numeric_limits<float>::infinity());
    for (int64_t y = w.y0; y < w.y1; ++y)
      for (int64_t x = w.x0; x < w.x1; ++x) {
        const float* pixel = in.as<float>() + n * g.in_size() + (y * g.in_width + x) * channels;
        for (int64_t c = 0; c < channels; ++c) best[c] = is_larger(pixel[c], best[c]) ? pixel[c] : best[c];
      }
  });
}

void CpuBackend::max_pool2d_backward(const ConvGeometry& g, ConstView in, ConstView grad_out, View grad_in) const {
  std::fill_n(grad_in.as<float>(), grad_in.size(), 0.0f);
  for_each_maximum(g, in, grad_out.rows(),
                   [&](int64_t i, int64_t o) { grad_in.as<float>()[i] += grad_out.as<float>()[o]; });
}

void CpuBackend::max_pool2d_select(const ConvGeometry& g, ConstView in, ConstView v, View out) const {
  for_each_maximum(g, in, v.rows(), [&](int64_t i, int64_t o) { out.as<float>()[o] = v.as<float>()[i]; });
}

void CpuBackend::upsample2d(const ConvGeometry& g, ConstView out, View in) const {
  if (tiles(g)) return repeat_pixels(g, out, in);
  const int64_t channels = g.in_channels;
  std::fill_n(in.as<float>(), in.size(), 0.0f);
  for_each_window(g, in.rows(), [&](int64_t n, int64_t o, Window w) {
    const float* added = out.as<float>() + o;
    for (int64_t y = w.y0; y < w.y1; ++y)
      for (int64_t x = w.x0; x < w.x1; ++x) {
        float* pixel = in.as<float>() + n * g.in_size() + (y * g.in_width + x) * channels;
        for (int64_t c = 0; c < channels; ++c) pixel[c] += added[c];
      }
  });
}

void CpuBackend::sum_pool2d(const ConvGeometry& g, ConstView in, View out) const {
  const int64_t channels = g.in_channels;
  for_each_window(g, in.rows(), [&](int64_t n, int64_t o, Window w) {
    float* sum = out.as<float>() + o;
    std::fill_n(sum, channels, 0.0f);
    for (int64_t y = w.y0; y < w.y1; ++y)
      for (int64_t x = w.x0; x < w.x1; ++x) {
        const float* pixel = in.as<float>() + n * g.in_size() + (y * g.in_width + x) * channels;
        for (int64_t c = 0; c < channels; ++c) sum[c] += pixel[c];
      }
  });
}

}  // namespace hourglass::ops::cpu

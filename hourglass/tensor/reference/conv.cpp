#include <algorithm>
#include <cmath>
#include <vector>

#include "hourglass/tensor/reference/reference.h"

namespace hourglass::ops::reference {

namespace {

int64_t taps(const ConvGeometry& g) { return g.kernel.rows * g.kernel.columns; }
/// Channels of one group.
int64_t group_inputs(const ConvGeometry& g) { return g.in_channels / g.groups; }
int64_t group_outputs(const ConvGeometry& g) { return g.out_channels / g.groups; }

/// Calls f(first output, first input, slice) for every group of channels and every pair of an output and an input
/// position that one element of the kernel, a tap, connects. Indices are those of the group's first channel, into
/// channels-last images of the whole batch; slice = group · taps + tap.
template <class F>
void for_each_tap(const ConvGeometry& g, int64_t rows, F f) {
  for (int64_t n = 0; n < rows; ++n)
    for (int64_t oy = 0; oy < g.out_height; ++oy)
      for (int64_t ox = 0; ox < g.out_width; ++ox)
        for (int64_t ky = 0; ky < g.kernel.rows; ++ky)
          for (int64_t kx = 0; kx < g.kernel.columns; ++kx) {
            const int64_t iy = oy * g.stride.rows + ky * g.dilation.rows - g.padding.rows;
            const int64_t ix = ox * g.stride.columns + kx * g.dilation.columns - g.padding.columns;
            if (iy < 0 || iy >= g.in_height || ix < 0 || ix >= g.in_width) continue;
            const int64_t out = ((n * g.out_height + oy) * g.out_width + ox) * g.out_channels;
            const int64_t in = ((n * g.in_height + iy) * g.in_width + ix) * g.in_channels;
            for (int64_t group = 0; group < g.groups; ++group)
              f(out + group * group_outputs(g), in + group * group_inputs(g),
                group * taps(g) + ky * g.kernel.columns + kx);
          }
}

/// The weight (group, out, in, tap) in the order (group, tap, in, out), or (group, tap, out, in), so that inner loops
/// read it in order.
std::vector<double> weights_by_tap(const ConvGeometry& g, ConstView weight, bool outputs_last) {
  const int64_t ins = group_inputs(g), outs = group_outputs(g);
  std::vector<double> all(static_cast<size_t>(weight.size()));
  const double* w = weight.as<double>();
  for (int64_t group = 0; group < g.groups; ++group)
    for (int64_t o = 0; o < outs; ++o)
      for (int64_t i = 0; i < ins; ++i)
        for (int64_t t = 0; t < taps(g); ++t)
          all[(group * taps(g) + t) * ins * outs + (outputs_last ? i * outs + o : o * ins + i)] = *w++;
  return all;
}

/// y[0 … count) += x · w[0 … count).
void add_multiple(double x, const double* __restrict w, int64_t count, double* __restrict y) {
  for (int64_t k = 0; k < count; ++k) y[k] += x * w[k];
}

void fill_with_bias(ConstView bias, int64_t channels, View image) {
  for (int64_t i = 0; i < image.size(); ++i) image.as<double>()[i] = bias ? bias.as<double>()[i % channels] : 0.0;
}

/// Index of the window's maximum within the batch of channels-last images; -1 when the window lies outside. NaN is
/// larger than any number.
int64_t window_maximum(const ConvGeometry& g, const double* in, int64_t n, int64_t oy, int64_t ox, int64_t channel) {
  int64_t best = -1;
  for (int64_t ky = 0; ky < g.kernel.rows; ++ky)
    for (int64_t kx = 0; kx < g.kernel.columns; ++kx) {
      const int64_t iy = oy * g.stride.rows + ky - g.padding.rows, ix = ox * g.stride.columns + kx - g.padding.columns;
      if (iy < 0 || iy >= g.in_height || ix < 0 || ix >= g.in_width) continue;
      const int64_t i = ((n * g.in_height + iy) * g.in_width + ix) * g.in_channels + channel;
      if (best < 0 || (!(in[i] <= in[best]) && !std::isnan(in[best]))) best = i;
    }
  return best;
}

template <class F>
void for_each_window(const ConvGeometry& g, int64_t rows, F f) {
  int64_t out = 0;
  for (int64_t n = 0; n < rows; ++n)
    for (int64_t oy = 0; oy < g.out_height; ++oy)
      for (int64_t ox = 0; ox < g.out_width; ++ox)
        for (int64_t c = 0; c < g.out_channels; ++c) f(out++, n, oy, ox, c);
}

/// Calls f(output, input) for every pixel of every window that lies within the image.
template <class F>
void for_each_window_pixel(const ConvGeometry& g, int64_t rows, F f) {
  for_each_window(g, rows, [&](int64_t o, int64_t n, int64_t oy, int64_t ox, int64_t c) {
    for (int64_t ky = 0; ky < g.kernel.rows; ++ky)
      for (int64_t kx = 0; kx < g.kernel.columns; ++kx) {
        const int64_t y = oy * g.stride.rows + ky - g.padding.rows, x = ox * g.stride.columns + kx - g.padding.columns;
        if (y < 0 || y >= g.in_height || x < 0 || x >= g.in_width) continue;
        f(o, ((n * g.in_height + y) * g.in_width + x) * g.in_channels + c);
      }
  });
}

/// The weight of pixel `small` in pixel `large` of an axis enlarged by `factor`: a triangle around the pixel's centre,
/// at centres that lie between those of the outermost pixels.
double interpolation_weight(int64_t large, int64_t small, int64_t factor, int64_t size) {
  const double at = (static_cast<double>(large) + 0.5) / static_cast<double>(factor) - 0.5;
  const double inside = std::clamp(at, 0.0, static_cast<double>(size - 1));
  return std::max(0.0, 1 - std::abs(inside - static_cast<double>(small)));
}

/// Calls f(pixel of the larger images, pixel of the smaller images, weight) for every pair of weight > 0.
template <class F>
void for_each_weight(const ConvGeometry& g, int64_t rows, F f) {
  for (int64_t n = 0; n < rows; ++n)
    for (int64_t y = 0; y < g.in_height; ++y)
      for (int64_t x = 0; x < g.in_width; ++x)
        for (int64_t v = 0; v < g.out_height; ++v)
          for (int64_t h = 0; h < g.out_width; ++h) {
            const double weight = interpolation_weight(y, v, g.kernel.rows, g.out_height) *
                                  interpolation_weight(x, h, g.kernel.columns, g.out_width);
            if (weight <= 0) continue;
            for (int64_t c = 0; c < g.in_channels; ++c)
              f(((n * g.in_height + y) * g.in_width + x) * g.in_channels + c,
                ((n * g.out_height + v) * g.out_width + h) * g.out_channels + c, weight);
          }
}

}  // namespace

void ReferenceBackend::conv2d(const ConvGeometry& g, ConstView in, ConstView weight, ConstView bias, View out) const {
  fill_with_bias(bias, g.out_channels, out);
  const std::vector<double> weights = weights_by_tap(g, weight, true);
  const double *x = in.as<double>(), *w = weights.data();
  double* y = out.as<double>();
  const int64_t ins = group_inputs(g), outs = group_outputs(g);
  for_each_tap(g, in.rows(), [=](int64_t o, int64_t i, int64_t slice) {
    for (int64_t k = 0; k < ins; ++k) add_multiple(x[i + k], w + (slice * ins + k) * outs, outs, y + o);
  });
}

void ReferenceBackend::conv2d_transposed(const ConvGeometry& g, ConstView out, ConstView weight, ConstView bias,
                                         View in) const {
  fill_with_bias(bias, g.in_channels, in);
  const std::vector<double> weights = weights_by_tap(g, weight, false);
  const double *y = out.as<double>(), *w = weights.data();
  double* x = in.as<double>();
  const int64_t ins = group_inputs(g), outs = group_outputs(g);
  for_each_tap(g, in.rows(), [=](int64_t o, int64_t i, int64_t slice) {
    for (int64_t k = 0; k < outs; ++k) add_multiple(y[o + k], w + (slice * outs + k) * ins, ins, x + i);
  });
}

void ReferenceBackend::conv2d_weight_gradient(const ConvGeometry& g, ConstView in, ConstView grad_out,
                                              View grad_weight) const {
  const double *x = in.as<double>(), *grad = grad_out.as<double>();
  double* sums = grad_weight.as<double>();
  const int64_t all = taps(g), ins = group_inputs(g), outs = group_outputs(g);
  for_each_tap(g, in.rows(), [=](int64_t o, int64_t i, int64_t slice) {
    const int64_t first = slice / all * outs, tap = slice % all;
    for (int64_t k = 0; k < outs; ++k)
      for (int64_t j = 0; j < ins; ++j) sums[((first + k) * ins + j) * all + tap] += x[i + j] * grad[o + k];
  });
}

void ReferenceBackend::max_pool2d(const ConvGeometry& g, ConstView in, View out) const {
  for_each_window(g, in.rows(), [&](int64_t o, int64_t n, int64_t oy, int64_t ox, int64_t c) {
    out.as<double>()[o] = in.as<double>()[window_maximum(g, in.as<double>(), n, oy, ox, c)];
  });
}

void ReferenceBackend::max_pool2d_backward(const ConvGeometry& g, ConstView in, ConstView grad_out,
                                           View grad_in) const {
  std::fill_n(grad_in.as<double>(), grad_in.size(), 0.0);
  const int64_t per_sample = grad_out.rows() / in.rows();
  for_each_window(g, grad_out.rows(), [&](int64_t o, int64_t r, int64_t oy, int64_t ox, int64_t c) {
    const int64_t n = r / per_sample, winner = window_maximum(g, in.as<double>(), n, oy, ox, c);
    grad_in.as<double>()[winner + (r - n) * g.in_size()] += grad_out.as<double>()[o];
  });
}

void ReferenceBackend::max_pool2d_select(const ConvGeometry& g, ConstView in, ConstView v, View out) const {
  const int64_t per_sample = v.rows() / in.rows();
  for_each_window(g, v.rows(), [&](int64_t o, int64_t r, int64_t oy, int64_t ox, int64_t c) {
    const int64_t n = r / per_sample, winner = window_maximum(g, in.as<double>(), n, oy, ox, c);
    out.as<double>()[o] = v.as<double>()[winner + (r - n) * g.in_size()];
  });
}

void ReferenceBackend::upsample2d(const ConvGeometry& g, ConstView out, View in) const {
  std::fill_n(in.as<double>(), in.size(), 0.0);
  for_each_window_pixel(g, in.rows(), [&](int64_t o, int64_t i) { in.as<double>()[i] += out.as<double>()[o]; });
}

void ReferenceBackend::sum_pool2d(const ConvGeometry& g, ConstView in, View out) const {
  std::fill_n(out.as<double>(), out.size(), 0.0);
  for_each_window_pixel(g, in.rows(), [&](int64_t o, int64_t i) { out.as<double>()[o] += in.as<double>()[i]; });
}

void ReferenceBackend::interpolate2d(const ConvGeometry& g, ConstView out, View in) const {
  std::fill_n(in.as<double>(), in.size(), 0.0);
  for_each_weight(g, in.rows(), [&](int64_t i, int64_t o, double w) { in.as<double>()[i] += w * out.as<double>()[o]; });
}

void ReferenceBackend::interpolate2d_transposed(const ConvGeometry& g, ConstView in, View out) const {
  std::fill_n(out.as<double>(), out.size(), 0.0);
  for_each_weight(g, in.rows(), [&](int64_t i, int64_t o, double w) { out.as<double>()[o] += w * in.as<double>()[i]; });
}

}  // namespace hourglass::ops::reference

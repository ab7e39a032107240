#include <algorithm>
#include <cmath>
#include <vector>

#include "hourglass/tensor/reference/reference.h"

namespace hourglass::ops::reference {

namespace {

/// Calls f(first output, first input, tap) for every pair of an output and an input position that one element of the
/// kernel, a tap, connects. Indices are those of the first channel, into channels-last images of the whole batch.
template <class F>
void for_each_tap(const ConvGeometry& g, int64_t rows, F f) {
  for (int64_t n = 0; n < rows; ++n)
    for (int64_t oy = 0; oy < g.out_height; ++oy)
      for (int64_t ox = 0; ox < g.out_width; ++ox)
        for (int64_t ky = 0; ky < g.kernel; ++ky)
          for (int64_t kx = 0; kx < g.kernel; ++kx) {
            const int64_t iy = oy * g.stride + ky - g.padding, ix = ox * g.stride + kx - g.padding;
            if (iy < 0 || iy >= g.in_height || ix < 0 || ix >= g.in_width) continue;
            const int64_t out = ((n * g.out_height + oy) * g.out_width + ox) * g.out_channels;
            const int64_t in = ((n * g.in_height + iy) * g.in_width + ix) * g.in_channels;
            f(out, in, ky * g.kernel + kx);
          }
}

/// The weight (out, in, tap) in the order (tap, in, out), or (tap, out, in), so that inner loops read it in order.
std::vector<double> weights_by_tap(const ConvGeometry& g, ConstView weight, bool outputs_last) {
  const int64_t taps = g.kernel * g.kernel, ins = g.in_channels, outs = g.out_channels;
  std::vector<double> all(static_cast<size_t>(taps * ins * outs));
  const double* w = weight.as<double>();
  for (int64_t o = 0; o < outs; ++o)
    for (int64_t i = 0; i < ins; ++i)
      for (int64_t t = 0; t < taps; ++t) all[t * ins * outs + (outputs_last ? i * outs + o : o * ins + i)] = *w++;
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
  for (int64_t ky = 0; ky < g.kernel; ++ky)
    for (int64_t kx = 0; kx < g.kernel; ++kx) {
      const int64_t iy = oy * g.stride + ky - g.padding, ix = ox * g.stride + kx - g.padding;
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

}  // namespace

void ReferenceBackend::conv2d(const ConvGeometry& g, ConstView in, ConstView weight, ConstView bias, View out) const {
  fill_with_bias(bias, g.out_channels, out);
  const std::vector<double> weights = weights_by_tap(g, weight, true);
  const double *x = in.as<double>(), *w = weights.data();
  double* y = out.as<double>();
  const int64_t ins = g.in_channels, outs = g.out_channels;
  for_each_tap(g, in.rows(), [=](int64_t o, int64_t i, int64_t tap) {
    for (int64_t k = 0; k < ins; ++k) add_multiple(x[i + k], w + (tap * ins + k) * outs, outs, y + o);
  });
}

void ReferenceBackend::conv2d_transposed(const ConvGeometry& g, ConstView out, ConstView weight, ConstView bias,
                                         View in) const {
  fill_with_bias(bias, g.in_channels, in);
  const std::vector<double> weights = weights_by_tap(g, weight, false);
  const double *y = out.as<double>(), *w = weights.data();
  double* x = in.as<double>();
  const int64_t ins = g.in_channels, outs = g.out_channels;
  for_each_tap(g, in.rows(), [=](int64_t o, int64_t i, int64_t tap) {
    for (int64_t k = 0; k < outs; ++k) add_multiple(y[o + k], w + (tap * outs + k) * ins, ins, x + i);
  });
}

void ReferenceBackend::conv2d_weight_gradient(const ConvGeometry& g, ConstView in, ConstView grad_out,
                                              View grad_weight) const {
  const double *x = in.as<double>(), *grad = grad_out.as<double>();
  double* sums = grad_weight.as<double>();
  const int64_t taps = g.kernel * g.kernel, ins = g.in_channels, outs = g.out_channels;
  for_each_tap(g, in.rows(), [=](int64_t o, int64_t i, int64_t tap) {
    for (int64_t k = 0; k < outs; ++k)
      for (int64_t j = 0; j < ins; ++j) sums[(k * ins + j) * taps + tap] += x[i + j] * grad[o + k];
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
  for (int64_t n = 0; n < in.rows(); ++n)
    for (int64_t y = 0; y < g.in_height; ++y)
      for (int64_t x = 0; x < g.in_width; ++x)
        for (int64_t c = 0; c < g.in_channels; ++c) {
          const int64_t pixel = ((n * g.out_height + y / g.kernel) * g.out_width + x / g.kernel) * g.out_channels + c;
          in.as<double>()[((n * g.in_height + y) * g.in_width + x) * g.in_channels + c] = out.as<double>()[pixel];
        }
}

void ReferenceBackend::sum_pool2d(const ConvGeometry& g, ConstView in, View out) const {
  for_each_window(g, in.rows(), [&](int64_t o, int64_t n, int64_t oy, int64_t ox, int64_t c) {
    double sum = 0;
    for (int64_t y = oy * g.kernel; y < (oy + 1) * g.kernel; ++y)
      for (int64_t x = ox * g.kernel; x < (ox + 1) * g.kernel; ++x)
        sum += in.as<double>()[((n * g.in_height + y) * g.in_width + x) * g.in_channels + c];
    out.as<double>()[o] = sum;
  });
}

}  // namespace hourglass::ops::reference

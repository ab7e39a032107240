#include "hourglass/nn/windows.h"

#include <fmt/format.h>

#include <algorithm>

#include "hourglass/base/error.h"

namespace hourglass {

namespace {

using ops::ConvGeometry;

bool is_one_dimensional(const LayerConfig& config) { return config.kind.ends_with("1d"); }

/// A window along one axis.
struct Kernel {
  int64_t size = 1, stride = 1, dilation = 1;
  Padding padding = 0;
  int64_t output_padding = 0;

  /// From its first element to its last.
  int64_t reach() const { return (size - 1) * dilation + 1; }
};

/// Sizes along one axis. `large` is the convolution's input and the transposed convolution's output.
struct Axis {
  int64_t large, small, padding;
};

Axis convolve(int64_t in, const Kernel& k) {
  if (k.padding.same) {
    const int64_t out = (in + k.stride - 1) / k.stride;
    return {in, out, std::max<int64_t>(0, (out - 1) * k.stride + k.reach() - in) / 2};
  }
  const int64_t zeros = k.padding.zeros, padded = in + 2 * zeros;
  return {in, padded < k.reach() ? 0 : (padded - k.reach()) / k.stride + 1, zeros};
}

Axis transpose(int64_t in, const Kernel& k) {
  if (k.padding.same) return {in * k.stride, in, std::max<int64_t>(0, k.reach() - k.stride) / 2};
  const int64_t zeros = k.padding.zeros;
  return {(in - 1) * k.stride - 2 * zeros + k.reach() + k.output_padding, in, zeros};
}

/// The windows of an image's two axes; a series has one row.
struct Kernels {
  Kernels(const LayerConfig& config, const Kernel& both)
      : rows(is_one_dimensional(config) ? Kernel() : both), columns(both) {}
  Kernel rows, columns;
};

ConvGeometry geometry(int64_t large_channels, int64_t small_channels, const Kernels& k, const Axis& rows,
                      const Axis& columns) {
  return {large_channels,
          rows.large,
          columns.large,
          small_channels,
          rows.small,
          columns.small,
          {k.rows.size, k.columns.size},
          {k.rows.stride, k.columns.stride},
          {rows.padding, columns.padding},
          {k.rows.dilation, k.columns.dilation}};
}

void need_axes(const LayerConfig& config, const Shape& input, const std::string& place) {
  if (is_one_dimensional(config)) {
    if (input.rank() != 2)
      fail(
          "{}: needs a series (channels × length), its input is {}; {{ series = channels }} or {{ reshape = [channels, "
          "length] }} before it makes one",
          place, input.text());
  } else if (input.rank() != 3) {
    fail(
        "{}: needs an image (channels × height × width), its input is {}; {{ reshape = [channels, height, width] }} "
        "before it makes one",
        place, input.text());
  }
}

int64_t given_or(int64_t number, int64_t fallback) { return number ? number : fallback; }

void check_groups(int64_t groups, int64_t in, int64_t out, const std::string& place) {
  if (in % groups != 0) fail("{}: groups = {} does not divide the {} channels of the input", place, groups, in);
  if (out % groups != 0) fail("{}: groups = {} does not divide the {} output channels", place, groups, out);
}

void check_output_padding(const Kernels& k, const std::string& place) {
  for (const auto& [size, stride, dilation, padding, added] : {k.rows, k.columns}) {
    if (added > 0 && padding.same) fail("{}: padding = \"same\" has no output_padding", place);
    if (added >= stride && dilation == 1)
      fail("{}: output_padding {} is not less than the stride {}", place, added, stride);
    if (added >= std::max(stride, dilation))
      fail("{}: output_padding {} is less than neither the stride {} nor the dilation {}", place, added, stride,
           dilation);
  }
}

/// " with padding 1 and dilation 2", for messages.
std::string conditions(const Kernel& k) {
  std::string text;
  if (k.padding.zeros > 0) text += fmt::format(" with padding {}", k.padding.zeros);
  if (k.dilation > 1) text += fmt::format("{} dilation {}", text.empty() ? " with" : " and", k.dilation);
  return text;
}

/// Windows over the padded input, refused when there is none.
ConvGeometry convolved(const Kernels& k, const Shape& input, int64_t channels, const std::string& place) {
  const Shape in = as_image(input);
  const ConvGeometry g = geometry(in[0], channels, k, convolve(in[1], k.rows), convolve(in[2], k.columns));
  if (g.out_height < 1 || g.out_width < 1)
    fail("{}: kernel {} does not fit input {}{}", place, k.columns.size, input.text(), conditions(k.columns));
  return g;
}

ConvGeometry transposed(const Kernels& k, const Shape& input, int64_t channels, const std::string& place) {
  check_output_padding(k, place);
  const Shape in = as_image(input);
  const ConvGeometry g = geometry(channels, in[0], k, transpose(in[1], k.rows), transpose(in[2], k.columns));
  if (g.in_height < 1 || g.in_width < 1)
    fail("{}: padding {} leaves nothing of input {} under kernel {}", place, k.columns.padding.zeros, input.text(),
         k.columns.size);
  return g;
}

}  // namespace

Shape as_image(const Shape& s) { return s.rank() == 2 ? Shape{s[0], 1, s[1]} : s; }

Shape in_axes_of(const Shape& like, const Shape& image) { return like.rank() == 2 ? Shape{image[0], image[2]} : image; }

ConvGeometry convolution_geometry(const LayerConfig& config, const Shape& input, const std::string& place) {
  need_axes(config, input, place);
  const auto& o = std::get<ConvConfig>(config.options);
  Kernels k(config, {o.kernel, given_or(o.stride, 1), given_or(o.dilation, 1), o.padding, o.output_padding[1]});
  if (!is_one_dimensional(config)) k.rows.output_padding = o.output_padding[0];
  const int64_t groups = given_or(o.groups, 1);
  check_groups(groups, input[0], o.channels, place);
  const bool is_transposed = config.kind.starts_with("conv_transpose");
  ConvGeometry g = is_transposed ? transposed(k, input, o.channels, place) : convolved(k, input, o.channels, place);
  g.groups = groups;
  return g;
}

ConvGeometry pooling_geometry(const LayerConfig& config, const Shape& input, const std::string& place) {
  need_axes(config, input, place);
  const auto& [window, stride, padding] = std::get<PoolConfig>(config.options);
  if (2 * padding > window) fail("{}: padding {} is more than half of the window {}", place, padding, window);
  return convolved({config, {window, given_or(stride, window), 1, padding}}, input, input[0], place);
}

ConvGeometry upsampling_geometry(const LayerConfig& config, const Shape& input, const std::string& place) {
  need_axes(config, input, place);
  const int64_t factor = std::get<UpsampleConfig>(config.options).factor;
  return transposed({config, {factor, factor}}, input, input[0], place);
}

}  // namespace hourglass

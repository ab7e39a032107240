#pragma once

#include <algorithm>

#include "hourglass/tensor/ops.h"

namespace hourglass::ops::cpu {

/// What a destination coordinate sums along one axis: tap j multiplies source coordinate first + j by weight kernel(j).
struct Taps {
  int64_t first, count, start, step;
  int64_t kernel(int64_t j) const { return start + step * j; }
};

/// A convolution in either direction, seen from its destination. A group of destination pixels, `spacing` apart in a
/// row, is summed at once; their sources overlap, `hop` apart, so a source value is read once for several sums.
struct LanesPlan {
  static constexpr int64_t kFewestSums = 4;  ///< fewer would wait for each other
  static constexpr int64_t kMostSums = 8;    ///< more would not fit the registers everywhere

  LanesPlan(const ConvGeometry& geometry, bool is_transposed)
      : g(geometry),
        transposed(is_transposed),
        channels(transposed ? g.in_channels : g.out_channels),
        height(transposed ? g.in_height : g.out_height),
        width(transposed ? g.in_width : g.out_width),
        source_channels(transposed ? g.out_channels : g.in_channels),
        source_height(transposed ? g.out_height : g.in_height),
        source_width(transposed ? g.out_width : g.in_width),
        spacing(transposed ? g.stride : 1),
        hop(transposed ? 1 : g.stride),
        group((kFewestSums + channels - 1) / channels),
        sums(group * channels),
        row_weights(reach(transposed ? (g.kernel - 1) / g.stride + 1 : g.kernel) * source_channels * sums) {}

  ConvGeometry g;
  bool transposed;
  int64_t channels, height, width;
  int64_t source_channels, source_height, source_width;
  int64_t spacing, hop;
  int64_t group, sums;
  int64_t row_weights;  ///< packed weights of one kernel row: (source pixel, source channel, sum)

  /// Source pixels side by side that a group of pixels with `taps` taps each reads.
  int64_t reach(int64_t taps) const { return taps > 0 ? (group - 1) * hop + taps : 0; }

  Taps taps(int64_t at) const {
    if (!transposed) return {at * g.stride - g.padding, g.kernel, 0, 1};
    const int64_t phase = (at + g.padding) % g.stride;
    const int64_t count = std::max<int64_t>(0, (g.kernel - phase + g.stride - 1) / g.stride);
    return {(at + g.padding) / g.stride - (count - 1), count, phase + g.stride * (count - 1), -g.stride};
  }
};

}  // namespace hourglass::ops::cpu

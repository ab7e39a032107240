#pragma once

#include <algorithm>

#include "hourglass/tensor/ops.h"

namespace hourglass::ops::cpu {

/// Coordinates [first, first + count).
struct Span {
  int64_t first, count;
};

/// The sizes of a convolution along one axis.
struct AxisSizes {
  int64_t kernel, stride, padding;
};

/// A convolution in either direction, seen from its destination. A few neighbours in a row of destination pixels, a
/// group, are summed at once: their sources overlap, so a source value is read once for several sums.
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
        vertical{g.kernel.rows, g.stride.rows, g.padding.rows},
        horizontal{g.kernel.columns, g.stride.columns, g.padding.columns},
        group((kFewestSums + channels - 1) / channels),
        sums(group * channels),
        phases(transposed ? horizontal.stride : 1),
        start(transposed ? -(horizontal.padding % horizontal.stride % group) : 0),
        reach(transposed ? (horizontal.kernel + group - 2) / horizontal.stride + 1
                         : (group - 1) * horizontal.stride + horizontal.kernel),
        row_weights(reach * source_channels * sums) {}

  ConvGeometry g;
  bool transposed;
  int64_t channels, height, width;
  int64_t source_channels, source_height, source_width;
  AxisSizes vertical, horizontal;
  int64_t group, sums;
  int64_t phases;       ///< groups of one phase use the same weights
  int64_t start;        ///< of the first group: where groups read the fewest sources
  int64_t reach;        ///< most source coordinates a group reads along a row
  int64_t row_weights;  ///< packed weights of one phase and kernel row: (source pixel, source channel, sum)

  int64_t phase(int64_t x) const { return transposed ? (x + horizontal.padding) % horizontal.stride : 0; }

  /// The coordinates that `count` destination coordinates from `at` on read along an axis, inside the source or not.
  Span sources(const AxisSizes& a, int64_t at, int64_t count) const {
    if (!transposed) return {at * a.stride - a.padding, (count - 1) * a.stride + a.kernel};
    const int64_t before = at + a.padding - a.kernel;
    const int64_t first = before < 0 ? -((-before - 1) / a.stride) : before / a.stride + 1;
    return {first, (at + a.padding + count - 1) / a.stride - first + 1};
  }
  /// The kernel coordinate that takes `source` to `at`; outside the kernel when none does.
  int64_t tap(const AxisSizes& a, int64_t at, int64_t source) const {
    return transposed ? at + a.padding - source * a.stride : source - at * a.stride + a.padding;
  }
};

}  // namespace hourglass::ops::cpu

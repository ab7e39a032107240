#pragma once

#include <cstdint>

namespace hourglass::ops {

/// c (m, n) = or += op(a)·op(b) + bias: what both backends need to know of a product.
struct MatmulShape {
  int64_t m, n, k;
  bool transpose_a, transpose_b, accumulate, bias;
  int64_t a_stride;  ///< elements from one stored row of a to the next
  friend bool operator==(const MatmulShape&, const MatmulShape&) = default;
};

}  // namespace hourglass::ops

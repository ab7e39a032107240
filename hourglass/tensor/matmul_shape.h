#pragma once

#include <cstdint>

namespace hourglass::ops {

/// c (m, n) = or += op(a)·op(b) + bias: what both backends need to know of a product.
struct MatmulShape {
  int64_t m, n, k;
  bool transpose_a, transpose_b, accumulate, bias;
  friend bool operator==(const MatmulShape&, const MatmulShape&) = default;
};

}  // namespace hourglass::ops

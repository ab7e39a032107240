#pragma once

#include <cstdint>

namespace hourglass::ops::cpu {

/// out (columns, rows) = in (rows, columns)ᵀ; rows lie `in_stride` and `out_stride` elements apart.
void transpose(const float* in, int64_t rows, int64_t columns, int64_t in_stride, float* out, int64_t out_stride);

}  // namespace hourglass::ops::cpu

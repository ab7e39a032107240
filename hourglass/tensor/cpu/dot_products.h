#pragma once

#include "hourglass/tensor/matmul_shape.h"
#include "hourglass/tensor/tensor.h"

namespace hourglass::ops::cpu {

/// Whether the product is a few rows by a transposed matrix: too few for a matrix kernel, which would first rearrange
/// a matrix that is read only once.
bool fits_dot_products(const MatmulShape& s);

/// c (m, n) = or += a (m, k)·b (n, k)ᵀ + bias, each element a dot product of its own.
void dot_products(const MatmulShape& s, ConstView a, ConstView b, ConstView bias, View c);

}  // namespace hourglass::ops::cpu

#pragma once

#include "hourglass/tensor/backend.h"

namespace hourglass::ops::cpu {

/// Whether the product is at most 4 rows by a transposed matrix. A general kernel copies b into its own layout first,
/// which takes longer than the product of so few rows.
bool fits_dot_products(const MatmulShape& s);

/// c (m, n) = or += a (m, k)·b (n, k)ᵀ + bias, each element one dot product.
void dot_products(const MatmulShape& s, ConstView a, ConstView b, ConstView bias, View c);

}  // namespace hourglass::ops::cpu

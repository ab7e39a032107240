#pragma once

#include "hourglass/tensor/ops.h"

/// Convolutions to few channels, computed with one image in each lane of a vector. Kernels that fill vectors with
/// channels, as oneDNN's do, leave most of a vector empty there; images fill it whatever the geometry, at the price of
/// two transpositions.
namespace hourglass::ops::cpu {

/// Whether lanes hold more images than channels when `channels` come out of `rows` images. Not for more than 8.
bool fits_lanes(int64_t channels, int64_t rows);

void conv2d_in_lanes(const ConvGeometry& g, ConstView in, ConstView weight, ConstView bias, View out);
void conv2d_transposed_in_lanes(const ConvGeometry& g, ConstView out, ConstView weight, ConstView bias, View in);

}  // namespace hourglass::ops::cpu

#pragma once

#include "hourglass/tensor/ops.h"

/// Convolutions to few channels, with one image in each lane of a SIMD vector. Kernels that put channels into the
/// lanes, as oneDNN's do, leave most lanes empty there. Images fill them whatever the geometry, at the cost of two
/// transpositions.
namespace hourglass::ops::cpu {

/// Whether a vector has more lanes filled with images than with channels, for `rows` images and at most 8 output
/// channels. Groups and dilation are left to oneDNN.
bool fits_lanes(const ConvGeometry& g, int64_t channels, int64_t rows);

void conv2d_in_lanes(const ConvGeometry& g, ConstView in, ConstView weight, ConstView bias, View out);
void conv2d_transposed_in_lanes(const ConvGeometry& g, ConstView out, ConstView weight, ConstView bias, View in);

}  // namespace hourglass::ops::cpu

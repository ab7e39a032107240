#pragma once

#include <string>

#include "hourglass/nn/config.h"
#include "hourglass/tensor/shape.h"

namespace hourglass {

/// True if a decoder whose output is `made` reconstructs inputs of shape `input`: the same shape, a row of as many
/// values, or a series (channels, length) for an image with one channel, as arrays (rows, channels, length) are read.
bool reconstructs(const Shape& made, const Shape& input);

/// Explains why the layers do not lead from `input` to `output`: what both are and the change to the decoder that fits,
/// if a small one does ("decoder: output 1 × 9 × 9, input is 1 × 10 × 10: use output_padding = 1 or kernel = 4 in
/// decoder[0] conv_transpose2d"), then a line with the output shape of every layer. Units of dense layers must be
/// numbers, not shares.
std::string explain_misfit(const ModelConfig& config, const Shape& input, const Shape& output);

}  // namespace hourglass

#pragma once

#include <string>

#include "hourglass/nn/config.h"
#include "hourglass/tensor/shape.h"

namespace hourglass {

/// Explains why the layers do not lead from `input` to `output`: a line with the output shape of every layer, and the
/// change to the decoder that fits, if a small one does. Units of dense layers must be numbers, not shares.
std::string explain_misfit(const ModelConfig& config, const Shape& input, const Shape& output);

}  // namespace hourglass

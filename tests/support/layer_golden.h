#pragma once

#include "hourglass/nn/config.h"
#include "support/golden.h"

namespace hourglass {

/// Expects that a layer, in both types, computes what PyTorch did: its output, and the gradients of input and
/// parameters.
void expect_as_pytorch(const LayerConfig& layer, const GoldenCase& golden);

}  // namespace hourglass

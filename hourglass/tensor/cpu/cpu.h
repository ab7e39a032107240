#pragma once

#include <span>

#include "hourglass/tensor/matmul_shape.h"
#include "hourglass/tensor/ops.h"

/// fp32: oneDNN for products and convolutions, Highway loops for the rest.
namespace hourglass::ops::cpu {

#include "hourglass/tensor/backend.inc"

}  // namespace hourglass::ops::cpu

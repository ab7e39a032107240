#pragma once

#include <span>

#include "hourglass/tensor/matmul_shape.h"
#include "hourglass/tensor/ops.h"

/// fp64: naive loops, obviously right. The oracle of the fast backend, and what gradient checks run on.
namespace hourglass::ops::reference {

#include "hourglass/tensor/backend.inc"

}  // namespace hourglass::ops::reference

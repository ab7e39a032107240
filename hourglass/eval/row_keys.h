#pragma once

#include <cstdint>
#include <vector>

#include "hourglass/tensor/tensor.h"

namespace hourglass {

/// A key for the random numbers of each row, made of what the row holds: so what is measured with them belongs to the
/// set of rows, whatever their order.
std::vector<uint32_t> row_keys(ConstView rows);

}  // namespace hourglass

#pragma once

#include <cstdint>
#include <vector>

#include "hourglass/tensor/tensor.h"

namespace hourglass {

/// A key per row for counter-based random numbers: a hash of the row's bytes. Measurements that use it do not depend on
/// the order of rows.
std::vector<uint32_t> row_keys(ConstView rows);

}  // namespace hourglass

#pragma once

#include <cstdint>
#include <vector>

#include "hourglass/data/dataset.h"

namespace hourglass {

/// Distinct labels in ascending order.
std::vector<int32_t> distinct(std::vector<int32_t> labels);

/// Classes of training rows: distinct labels in ascending order. Throws Error if the rows have no labels or only one
/// distinct label.
std::vector<int32_t> distinct_labels(const Dataset& train);

/// Position of every row's label in the ascending list `labels`. Throws Error if the rows have no labels, or with the
/// first row whose label is not in the list.
std::vector<int32_t> classes_of(const Dataset& data, const std::vector<int32_t>& labels);

}  // namespace hourglass

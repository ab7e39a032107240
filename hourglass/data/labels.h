#pragma once

#include <cstdint>
#include <vector>

#include "hourglass/data/dataset.h"

namespace hourglass {

/// Each label once, ascending.
std::vector<int32_t> distinct(std::vector<int32_t> labels);

/// The labels of rows to learn from, each once, ascending: the classes. Throws Error when the rows have no labels or
/// all the same one.
std::vector<int32_t> distinct_labels(const Dataset& train);

/// Of every row the place of its label in `labels`, ascending. Throws Error when the rows have no labels, or naming the
/// first row whose label is not there.
std::vector<int32_t> classes_of(const Dataset& data, const std::vector<int32_t>& labels);

}  // namespace hourglass

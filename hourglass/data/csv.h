#pragma once

#include <span>
#include <string>

#include "hourglass/tensor/tensor.h"

namespace hourglass {

/// A table as text: one line per row (later axes flattened), commas between, "\n" ends, and the header's names first
/// unless there are none, in quotes where they need them. Every number is the shortest text that reads back as the same
/// number of its type.
std::string csv_text(ConstView matrix, std::span<const std::string> header);

}  // namespace hourglass

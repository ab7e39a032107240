#pragma once

#include <span>
#include <string>
#include <string_view>

#include "hourglass/tensor/tensor.h"

namespace hourglass {

/// A text as one cell: in quotes, those within doubled, where it holds a comma, a quote or a line's end.
std::string csv_cell(std::string_view text);

/// A table as text: one line per row (later axes flattened), commas between, "\n" ends, and the header's names first
/// unless there are none, in quotes where they need them. Every number is the shortest text that reads back as the same
/// number of its type.
std::string csv_text(ConstView matrix, std::span<const std::string> header);

}  // namespace hourglass

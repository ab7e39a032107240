#pragma once

#include <span>
#include <string>
#include <string_view>

#include "hourglass/tensor/tensor.h"

namespace hourglass {

/// Writes a text as a CSV cell: in quotes, with inner quotes doubled, if it contains a comma, a quote or a line end.
std::string csv_cell(std::string_view text);

/// Writes a table as CSV: one line per row (further axes flattened), commas, line ends "\n", and first the header, if
/// it is not empty. Numbers have the shortest text that reads back to the same number of its type.
std::string csv_text(ConstView matrix, std::span<const std::string> header);

}  // namespace hourglass

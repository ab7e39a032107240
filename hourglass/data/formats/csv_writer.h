#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hourglass/tensor/tensor.h"

namespace hourglass {

/// Appends a text as a CSV cell: in quotes, with inner quotes doubled, where a reader could take it for something else:
/// if it contains a delimiter, a quote or a line end, begins or ends with a blank, or begins with #, as a comment does.
/// A text that a spreadsheet would compute stands behind an apostrophe (csv_formula.h).
void append_csv_cell(std::string& text, std::string_view cell);

/// Appends the shortest text that reads back to the same number of its type.
void append_number(std::string& text, float number);
void append_number(std::string& text, double number);
void append_number(std::string& text, int64_t number);

/// A column of a CSV file: its name, and what appends the cell of a row.
struct CsvColumn {
  std::string name;
  std::function<void(std::string& text, int64_t row)> append;
};

/// The columns of a matrix (rows, …), its further axes flattened, under these names. The matrix must outlive them.
std::vector<CsvColumn> csv_columns(ConstView matrix, std::span<const std::string> names);

/// A table as CSV: a line of names unless `header` is false, then one line per row, with commas and line ends "\n".
std::string csv_table(int64_t rows, std::span<const CsvColumn> columns, bool header = true);

}  // namespace hourglass

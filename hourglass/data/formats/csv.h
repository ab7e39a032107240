#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hourglass/tensor/tensor.h"

namespace hourglass {

/// Writes a text as a CSV cell: in quotes, with inner quotes doubled, if it contains a comma, a quote or a line end.
std::string csv_cell(std::string_view text);

/// Writes a table as CSV: one line per row (further axes flattened), commas, line ends "\n", and first the header, if
/// it is not empty. Numbers have the shortest text that reads back to the same number of its type.
std::string csv_text(ConstView matrix, std::span<const std::string> header);

/// Maximum number of cells of a row, because every column takes memory even if it is empty.
constexpr size_t kMostColumns = size_t{1} << 20;

/// Rows of a text table, RFC 4180 with any delimiter: cells may be quoted, and a quoted cell may contain delimiters,
/// line ends and doubled quotes. Blanks around unquoted cells and empty lines are ignored.
class CsvRows {
 public:
  /// `text` must outlive this object; `name` is its name in messages.
  CsvRows(std::string_view text, char delimiter, const std::string& name);

  /// Reads the next row; the cells are valid until the next call. False at the end. Throws Error with the line for a
  /// quote that is not closed or is followed by text, and for more than kMostColumns cells.
  bool next(std::vector<std::string_view>& cells);
  /// Line on which the current row begins, from 1.
  int64_t line() const { return line_; }

 private:
  std::string_view quoted_cell();
  std::string_view plain_cell();
  bool skip_empty_lines();
  bool end_row();

  std::string_view rest_;
  char delimiter_;
  const std::string& name_;
  int64_t line_ = 0, next_line_ = 1;
  std::deque<std::string> kept_;  ///< cells with doubled quotes, which differ from the bytes of the file
};

/// Chooses comma, tab, semicolon or bar: the delimiter that splits the first rows into the same number of cells. Among
/// several, it prefers one that leaves only numbers (a comma may be a decimal point), then the largest number of cells.
char detect_delimiter(std::string_view text, const std::string& name);

/// True if the first bytes can be those of a text table.
bool looks_like_text(std::string_view content);

/// True for a missing value: empty, NA, N/A, NaN, null or ?, in upper or lower case.
bool is_missing(std::string_view cell);

/// The value of the cell if all of it is a finite decimal number.
std::optional<double> number_in(std::string_view cell);

/// True if the cell would be a number with a point instead of its comma.
bool has_decimal_comma(std::string_view cell);

}  // namespace hourglass

#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace hourglass {

/// Maximum number of cells of a row, because every column takes memory even if it is empty.
constexpr size_t kMostColumns = size_t{1} << 20;

/// Rows of a text table, RFC 4180 with any delimiter; ' ' stands for runs of spaces and tabs. Lines end in LF, CRLF or
/// CR. Cells may be quoted, and a quoted cell may contain delimiters, line ends and doubled quotes. Blanks around
/// unquoted cells and empty lines are ignored, and the apostrophe before a formula (csv_formula.h).
class CsvRows {
 public:
  /// `text` must outlive this object; `name` is its name in messages, `first_line` the number of its first line.
  CsvRows(std::string_view text, char delimiter, const std::string& name, int64_t first_line = 1);

  /// Reads the next row; the cells are valid until the next call. False at the end. Throws Error with the line for a
  /// quote that is not closed or is followed by text, and for more than kMostColumns cells.
  bool next(std::vector<std::string_view>& cells);
  /// Line on which the current row begins, from 1.
  int64_t line() const { return line_; }

 private:
  size_t cell_end() const;
  std::string_view quoted_cell();
  std::string_view plain_cell();
  bool skip_empty_lines();
  bool end_row();
  void take_line_end();

  std::string_view rest_;
  char delimiter_;
  std::string_view blanks_;  ///< ignored around cells
  const std::string& name_;
  int64_t line_ = 0, next_line_;
  std::deque<std::string> kept_;  ///< cells with doubled quotes, which differ from the bytes of the file
};

}  // namespace hourglass

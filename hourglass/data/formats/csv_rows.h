#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hourglass {

/// The most cells a row may have: each column takes memory, however little it holds.
constexpr size_t kMostColumns = size_t{1} << 20;

/// The rows of a text table, RFC 4180 with any delimiter: cells may be quoted, a quoted cell may hold delimiters, line
/// ends and doubled quotes. Blanks around a cell that is not quoted do not count; empty lines are passed over.
class CsvRows {
 public:
  /// `text` must outlive this; `name` stands for it in messages.
  CsvRows(std::string_view text, char delimiter, const std::string& name);

  /// The next row's cells, valid until the next call; false at the end. Throws Error, naming the line, on a quote that
  /// is not closed or that text follows, and on more than kMostColumns cells.
  bool next(std::vector<std::string_view>& cells);
  /// Where the row begins, from 1.
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
  std::deque<std::string> kept_;  ///< cells that doubled quotes make different from the file
};

/// Comma, tab, semicolon or bar: the one that cuts the first rows into the same number of cells, rather into
/// numbers alone (a comma may be their point) than into others, and into the most.
char detect_delimiter(std::string_view text, const std::string& name);

/// Whether this can be a text table: no bytes that text does not have among the first ones.
bool looks_like_text(std::string_view content);

/// Empty, NA, N/A, NaN, null or ?, in any case.
bool is_missing(std::string_view cell);

/// The finite decimal number that a cell is, all of it.
std::optional<double> number_in(std::string_view cell);

/// Whether the cell would be a number if its comma were a point.
bool has_decimal_comma(std::string_view cell);

}  // namespace hourglass

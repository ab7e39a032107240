#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hourglass/base/file.h"
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

/// Consecutive rows of a matrix: the only ones that are in memory now. Rows count in the whole matrix.
struct SomeRows {
  ConstView values;  ///< (rows, …), its further axes flattened
  int64_t first = 0;
};

/// The columns of a matrix under these names. They append the rows that `rows` holds then; it must outlive them.
std::vector<CsvColumn> csv_columns(const SomeRows& rows, std::span<const std::string> names);

/// Appends a line of the columns' names.
void append_csv_names(std::string& text, std::span<const CsvColumn> columns);
/// Appends a row's line, with commas and the line end "\n".
void append_csv_row(std::string& text, std::span<const CsvColumn> columns, int64_t row);
/// A whole table: the names unless `header` is false, then the rows.
std::string csv_table(int64_t rows, std::span<const CsvColumn> columns, bool header = true);

/// The same, written to a file while rows are computed, with at most about a MiB of text in memory. The file is there
/// after commit(). The columns must outlive it.
class CsvFile {
 public:
  CsvFile(const std::filesystem::path& path, std::span<const CsvColumn> columns, bool header = true);
  void add_row(int64_t row);
  void commit();

 private:
  void write_text();

  AtomicFile file_;
  std::span<const CsvColumn> columns_;
  std::string text_;
};

}  // namespace hourglass

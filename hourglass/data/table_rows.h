#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hourglass/data/formats/csv.h"
#include "hourglass/data/formats/text_encoding.h"
#include "hourglass/data/table.h"

namespace hourglass {

/// scan_table for text that is already decoded.
Table scan_text(const DecodedText& text, const std::string& name, const ReadOptions& how,
                std::span<const std::string> features);

/// The rows of a scanned table below its header, each with one cell per column. Rows that repeat the header, as in
/// files that were joined, are passed over.
class TableRows {
 public:
  /// `text` is the decoded text; it, the table and `name` must outlive this object.
  TableRows(std::string_view text, const Table& table, const std::string& name);

  /// As CsvRows::next. Empty cells behind the last column are left out. Throws Error with the line for a row with
  /// another number of cells.
  bool next(std::vector<std::string_view>& cells);
  int64_t line() const { return rows_.line(); }
  int64_t repeated_headers() const { return repeated_headers_; }

 private:
  void fit(std::vector<std::string_view>& cells) const;

  const Table& table_;
  const std::string& name_;
  CsvRows rows_;
  int64_t repeated_headers_ = 0;
};

}  // namespace hourglass

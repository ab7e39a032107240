#include "hourglass/data/table_rows.h"

#include <algorithm>

#include "hourglass/base/error.h"

namespace hourglass {

TableRows::TableRows(std::string_view text, const Table& table, const std::string& name)
    : table_(table), name_(name), rows_(text.substr(table.start), table.delimiter, name, table.first_line) {
  std::vector<std::string_view> header;
  if (table.header) rows_.next(header);
}

bool TableRows::next(std::vector<std::string_view>& cells) {
  while (rows_.next(cells)) {
    if (!std::ranges::equal(cells, table_.names)) {
      fit(cells);
      return true;
    }
    ++repeated_headers_;
  }
  return false;
}

void TableRows::fit(std::vector<std::string_view>& cells) const {
  const size_t width = table_.columns.size();
  while (cells.size() > width && cells.back().empty()) cells.pop_back();
  if (cells.size() == width) return;
  fail("{}:{}: {} cell{}, {} {}", name_, rows_.line(), cells.size(), cells.size() == 1 ? "" : "s",
       table_.has_row_names ? "the row after the header has" : "the first row has", width);
}

}  // namespace hourglass

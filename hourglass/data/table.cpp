#include "hourglass/data/table.h"

#include <algorithm>
#include <cmath>

#include "hourglass/base/error.h"
#include "hourglass/base/text.h"
#include "hourglass/data/formats/csv.h"

namespace hourglass {
namespace {

using Cells = std::vector<std::string_view>;

void count_cell(TableColumn& column, std::string_view cell) {
  if (is_missing(cell)) {
    ++column.missing;
  } else if (const auto number = number_in(cell)) {
    column.count(*number);
  } else {
    ++column.texts;
    if (column.words.size() <= kMostCategories) column.words.emplace(cell);
  }
}

bool is_text(std::string_view cell) { return !is_missing(cell) && !number_in(cell); }

/// True if `first` is a header: it has text above a column of numbers, or different text in every cell. `columns` are
/// the statistics of the other rows.
bool is_header(const std::vector<std::string>& first, const std::vector<TableColumn>& columns) {
  if (std::ranges::all_of(first, is_text) && std::set(first.begin(), first.end()).size() == first.size()) return true;
  for (size_t i = 0; i < first.size(); ++i)
    if (is_text(first[i]) && columns[i].texts == 0 && columns[i].numbers > 0) return true;
  return false;
}

void name_columns(Table& table, const std::vector<std::string>& first, const std::string& name) {
  std::set<std::string> seen;
  for (size_t i = 0; i < first.size(); ++i) {
    table.columns[i].name = table.header && !first[i].empty() ? first[i] : std::to_string(i + 1);
    if (!seen.insert(table.columns[i].name).second)
      fail("{}: line 1: two columns are called \"{}\"", name, table.columns[i].name);
  }
}

void check_utf8(std::string_view text, const std::string& name) {
  if (const auto at = first_not_utf8(text))
    fail("{}:{}: not UTF-8; convert the file with iconv", name, 1 + std::ranges::count(text.substr(0, *at), '\n'));
}

}  // namespace

void TableColumn::count(double number) {
  if (std::isnan(number)) {
    ++missing;
    return;
  }
  low = numbers ? std::min(low, number) : number;
  high = numbers ? std::max(high, number) : number;
  sum += number;
  is_integer &= number == std::trunc(number);
  ++numbers;
}

Table scan_table(std::string_view text, const std::string& name) {
  check_utf8(text, name);
  Table table{.delimiter = detect_delimiter(text, name)};
  CsvRows rows(text, table.delimiter, name);
  Cells cells;
  if (!rows.next(cells)) fail("{}: no rows", name);
  const std::vector<std::string> first(cells.begin(), cells.end());
  table.columns.resize(first.size());
  const auto count = [&](const auto& row) {
    for (size_t i = 0; i < first.size(); ++i) count_cell(table.columns[i], row[i]);
    ++table.rows;
  };
  while (rows.next(cells)) {
    if (cells.size() != first.size())
      fail("{}:{}: {} cell{}, the first row has {}", name, rows.line(), cells.size(), cells.size() == 1 ? "" : "s",
           first.size());
    count(cells);
  }
  table.header = is_header(first, table.columns);
  name_columns(table, first, name);
  if (!table.header) count(first);
  if (table.rows == 0) fail("{}: no rows after the header", name);
  return table;
}

}  // namespace hourglass

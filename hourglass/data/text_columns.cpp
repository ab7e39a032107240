#include "hourglass/data/text_columns.h"

#include <algorithm>

#include "hourglass/base/error.h"
#include "hourglass/base/text.h"
#include "hourglass/data/table_rows.h"

namespace hourglass {
namespace {

using Cells = std::vector<std::string_view>;

/// The names in an element of `asked`.
std::vector<std::string> split(const std::string& asked, const std::vector<std::string>& columns) {
  if (contains(columns, asked)) return {asked};
  const std::string place = "columns to keep, " + asked;
  CsvRows list(asked, ',', place);
  Cells names;
  list.next(names);
  return {names.begin(), names.end()};
}

/// Positions of the columns that are asked for.
std::vector<size_t> places_of(const std::vector<std::string>& asked, const std::vector<std::string>& columns,
                              const std::string& name) {
  std::vector<size_t> places;
  for (const std::string& element : asked)
    for (const std::string& column : split(element, columns)) {
      const auto place = static_cast<size_t>(std::ranges::find(columns, column) - columns.begin());
      if (place == columns.size())
        fail("{}: no column \"{}\" that could be kept{}", name, column, did_you_mean(column, columns));
      if (std::ranges::find(places, place) == places.end()) places.push_back(place);
    }
  return places;
}

}  // namespace

std::vector<TextColumn> read_text_columns(std::string_view bytes, const std::string& name, const ReadOptions& how,
                                          std::span<const std::string> features) {
  if (how.keep.empty()) return {};
  const DecodedText text = decode_text(bytes, how.encoding, name);
  const Table table = scan_text(text, name, how, features);
  std::vector<std::string> names;
  for (const TableColumn& column : table.columns) names.push_back(column.name);
  const std::vector<size_t> places = places_of(how.keep, names, name);
  std::vector<TextColumn> columns;
  for (const size_t place : places) columns.push_back({names[place]});
  TableRows rows(text.text(), table, name);
  Cells cells;
  while (rows.next(cells))
    for (size_t k = 0; k < places.size(); ++k) columns[k].cells.emplace_back(cells[places[k]]);
  return columns;
}

void insert_text_columns(std::vector<CsvColumn>& columns, size_t position, const std::vector<TextColumn>& texts) {
  std::vector<std::string> taken;
  for (const CsvColumn& column : columns) taken.push_back(column.name);
  std::vector<CsvColumn> added;
  for (const auto& [name, cells] : texts) {
    std::string free = name;
    while (contains(taken, free)) free += "_input";
    taken.push_back(free);
    added.push_back({free, [&cells = cells](std::string& text, int64_t row) {
                       append_csv_cell(text, cells[static_cast<size_t>(row)]);
                     }});
  }
  columns.insert(columns.begin() + static_cast<ptrdiff_t>(position), added.begin(), added.end());
}

}  // namespace hourglass

#include "hourglass/data/text_columns.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <unordered_map>

#include "hourglass/base/error.h"
#include "hourglass/base/text.h"
#include "hourglass/data/formats/csv.h"

namespace hourglass {
namespace {

/// The names in an element of `asked`.
std::vector<std::string> split(const std::string& asked, const std::vector<std::string>& columns) {
  if (contains(columns, asked)) return {asked};
  const std::string place = "columns to keep, " + asked;
  CsvRows list(asked, ',', place);
  std::vector<std::string_view> names;
  list.next(names);
  return {names.begin(), names.end()};
}

}  // namespace

std::vector<size_t> places_of(const std::vector<std::string>& asked, const std::vector<std::string>& columns,
                              const std::string& table) {
  std::vector<size_t> places;
  if (asked.empty()) return places;
  std::unordered_map<std::string_view, size_t> place_of;
  for (size_t i = 0; i < columns.size(); ++i) place_of.emplace(columns[i], i);
  std::set<size_t> taken;
  for (const std::string& element : asked)
    for (const std::string& column : split(element, columns)) {
      const auto found = place_of.find(column);
      if (found == place_of.end())
        fail("{}: no column \"{}\" that could be kept{}", table, column, did_you_mean(column, columns));
      if (taken.insert(found->second).second) places.push_back(found->second);
    }
  return places;
}

void insert_text_columns(std::vector<CsvColumn>& columns, size_t position, const std::vector<TextColumn>& texts) {
  std::set<std::string> taken;
  for (const CsvColumn& column : columns) taken.insert(column.name);
  std::vector<CsvColumn> added;
  for (const auto& [name, cells] : texts) {
    std::string free = name;
    while (!taken.insert(free).second) free += "_input";
    added.push_back({free, [&cells = cells](std::string& text, int64_t row) {
                       append_csv_cell(text, cells[static_cast<size_t>(row)]);
                     }});
  }
  columns.insert(columns.begin() + static_cast<ptrdiff_t>(position), added.begin(), added.end());
}

}  // namespace hourglass

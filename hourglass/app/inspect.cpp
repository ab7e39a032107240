#include "hourglass/app/inspect.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <ranges>

#include "hourglass/base/file.h"
#include "hourglass/base/text.h"
#include "hourglass/data/formats/csv_rows.h"
#include "hourglass/data/labels.h"
#include "hourglass/data/source.h"

namespace hourglass {
namespace {

constexpr size_t kMostSuggestedCategories = 50;

std::string delimiter_text(char delimiter) { return delimiter == '\t' ? "tab" : fmt::format("'{}'", delimiter); }

Inspection of_table(const std::string& path) {
  Table table = scan_table(read_file(path), path);
  Inspection found{.format = fmt::format("text table, delimiter {}, {} header", delimiter_text(table.delimiter),
                                         table.header ? "with a" : "no"),
                   .rows = table.rows,
                   .sample = {static_cast<int64_t>(table.columns.size())},
                   .is_table = true};
  found.columns = std::move(table.columns);
  return found;
}

std::vector<TableColumn> columns_of(const Dataset& data) {
  std::vector<TableColumn> columns(static_cast<size_t>(data.sample.size()));
  for (size_t j = 0; j < columns.size(); ++j) columns[j].name = std::to_string(j + 1);
  data.with_rows([&](const auto& rows) {
    rows.for_each(std::views::iota(int64_t{0}, data.rows()), [&](const auto* x) {
      for (size_t j = 0; j < columns.size(); ++j) columns[j].count(static_cast<double>(x[j]));
    });
  });
  return columns;
}

Inspection of_arrays(const DataSplits& splits) {
  const Dataset& data = splits.train;
  Inspection found{.format = data.is_bytes() ? "bytes" : "floats",
                   .rows = data.rows(),
                   .test_rows = splits.test ? splits.test->rows() : 0,
                   .sample = data.sample,
                   .classes = data.classes,
                   .labels = distinct(data.labels),
                   .is_bytes = data.is_bytes()};
  found.columns = columns_of(data);
  return found;
}

/// Numbers with decimal commas must not become categories.
bool is_text(const TableColumn& column) {
  return column.numbers == 0 && !std::ranges::all_of(column.words, has_decimal_comma);
}

}  // namespace

Inspection inspect_source(const std::string& source, const ReadOptions& how) {
  const Source found = resolve_source(source);
  if (found.as<TableFile>()) return of_table(found.name);
  ReadOptions lenient = how;
  lenient.missing = MissingValues::mean;
  return of_arrays(read_source(found, lenient));
}

ReadOptions suggested_reading(const Inspection& found, const ReadOptions& given) {
  ReadOptions how = given;
  for (const TableColumn& column : found.columns) {
    if (column.missing > 0 && !contains(given.ignore, column.name)) how.missing = MissingValues::mean;
    if (column.name == given.label || contains(given.categorical, column.name) || contains(given.ignore, column.name))
      continue;
    const bool empty = column.numbers == 0 && column.texts == 0;
    if (!empty && !is_text(column)) continue;
    const bool few = !empty && column.words.size() <= kMostSuggestedCategories;
    (few && given.categorical.empty() ? how.categorical : how.ignore).push_back(column.name);
  }
  if (given.missing != MissingValues::refuse) how.missing = given.missing;
  return how;
}

}  // namespace hourglass

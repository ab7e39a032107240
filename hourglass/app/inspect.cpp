#include "hourglass/app/inspect.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <ranges>

#include "hourglass/base/file.h"
#include "hourglass/base/text.h"
#include "hourglass/data/formats/csv.h"
#include "hourglass/data/source.h"

namespace hourglass {
namespace {

constexpr size_t kMostSuggestedCategories = 50;

Inspection of_table(const std::string& path) {
  Table table = scan_table(read_file(path), path);
  const std::string delimiter = table.delimiter == '\t' ? "tab" : fmt::format("'{}'", table.delimiter);
  return {.format = fmt::format("CSV, delimiter {}, {} header", delimiter, table.header ? "with a" : "no"),
          .rows = table.rows,
          .sample = {static_cast<int64_t>(table.columns.size())},
          .columns = std::move(table.columns)};
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

std::vector<std::string> notes_of(const DataSplits& splits) {
  std::vector<std::string> notes = splits.train.notes;
  if (splits.test) notes.insert(notes.end(), splits.test->notes.begin(), splits.test->notes.end());
  return notes;
}

Inspection of_arrays(const DataSplits& splits) {
  const Dataset& data = splits.train;
  return {.format = data.is_bytes() ? "bytes" : "floats",
          .rows = data.rows(),
          .test_rows = splits.test ? splits.test->rows() : 0,
          .sample = data.sample,
          .columns = columns_of(data),
          .classes = data.classes,
          .labels = distinct(data.labels),
          .notes = notes_of(splits)};
}

/// Numbers with decimal commas must not become categories.
bool is_text(const TableColumn& column) {
  return column.numbers == 0 && !std::ranges::all_of(column.words, has_decimal_comma);
}

}  // namespace

Inspection inspect_source(const std::string& source, const ReadOptions& how) {
  const Source found = resolve_source(source);
  if (found.kind == Source::Kind::table) return of_table(found.name);
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

#include "hourglass/data/inspect.h"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "hourglass/base/file.h"
#include "hourglass/data/known.h"
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

template <class T>
std::vector<TableColumn> columns_of(const std::vector<T>& values, size_t width) {
  std::vector<TableColumn> columns(width);
  for (size_t j = 0; j < width; ++j) columns[j].name = std::to_string(j + 1);
  for (size_t i = 0; i < values.size(); ++i) columns[i % width].count(static_cast<double>(values[i]));
  return columns;
}

Inspection of_arrays(const DataSplits& splits) {
  const Dataset& data = splits.train;
  Inspection found{.format = data.is_bytes() ? "bytes" : "floats",
                   .rows = data.rows(),
                   .test_rows = splits.test ? splits.test->rows() : 0,
                   .sample = data.sample,
                   .labels = distinct(data.labels),
                   .is_bytes = data.is_bytes()};
  found.columns = std::visit(
      [&](const auto& values) { return columns_of(values, static_cast<size_t>(data.sample.size())); }, data.values);
  return found;
}

}  // namespace

Inspection inspect_source(const std::string& source, const ReadOptions& how) {
  if (is_table_file(source)) return of_table(source);
  ReadOptions lenient = how;
  lenient.missing = "mean";
  return of_arrays(open_source(source, lenient));
}

ReadOptions suggested_reading(const Inspection& found) {
  ReadOptions how;
  for (const TableColumn& column : found.columns) {
    if (column.missing > 0) how.missing = "mean";
    if (column.texts == 0 && column.numbers > 0) continue;
    const bool few = column.texts > 0 && column.words.size() <= kMostSuggestedCategories;
    (few ? how.categorical : how.ignore).push_back(column.name);
  }
  return how;
}

}  // namespace hourglass

#include "hourglass/app/inspect.h"

#include <algorithm>
#include <filesystem>
#include <ranges>

#include "hourglass/data/image_folder.h"
#include "hourglass/data/source.h"

namespace hourglass {
namespace {

Inspection of_table(const Source& source, const ReadOptions& how) {
  Table table = scan_table(read_table_bytes(source), source.name, how);
  const std::string delimiter = table.delimiter == '\t'  ? "tab"
                                : table.delimiter == ' ' ? "runs of blanks"
                                                         : fmt::format("'{}'", table.delimiter);
  return {.format = fmt::format("CSV, delimiter {}, {} header", delimiter, table.header ? "with a" : "no"),
          .rows = table.rows,
          .sample = {static_cast<int64_t>(table.columns.size())},
          .columns = std::move(table.columns),
          .is_table = true,
          .decisions = std::move(table.decisions)};
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

}  // namespace

Inspection inspect_source(const std::string& source, const ReadOptions& how) {
  const Source found = resolve_source(source);
  if (found.kind == Source::Kind::table) return of_table(found, how);
  ReadOptions lenient = how;
  lenient.missing = MissingValues::mean;
  if (found.kind == Source::Kind::image_folder && !how.images) lenient.images = common_size(found.path);
  Inspection inspection = of_arrays(read_source(found, lenient));
  if (!how.images) inspection.images = lenient.images;
  return inspection;
}

}  // namespace hourglass

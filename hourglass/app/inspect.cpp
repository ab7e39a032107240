#include "hourglass/app/inspect.h"

#include <algorithm>
#include <filesystem>

#include "hourglass/data/image_folder.h"
#include "hourglass/data/source.h"

namespace hourglass {
namespace {

Inspection of_table(const Source& source, const ReadOptions& how) {
  Table table = scan_table(read_table_bytes(source), source.name, how);
  const std::string delimiter = table.delimiter == '\t'  ? "tab"
                                : table.delimiter == ' ' ? "runs of blanks"
                                                         : fmt::format("'{}'", table.delimiter);
  ColumnSummary summary;
  for (const TableColumn& column : table.columns) summary.add(column);
  return {.format = fmt::format("CSV, delimiter {}, {} header", delimiter, table.header ? "with a" : "no"),
          .rows = table.rows,
          .sample = {static_cast<int64_t>(table.columns.size())},
          .columns = std::move(table.columns),
          .summary = summary,
          .is_table = true,
          .decisions = std::move(table.decisions)};
}

/// Describes the features, some of them at a time, so that memory does not grow with their number.
void describe_features(const Dataset& data, Inspection& inspection) {
  constexpr size_t kTogether = 1024;
  const auto width = static_cast<size_t>(data.sample.size()), rows = static_cast<size_t>(data.rows());
  for (size_t first = 0; first < width; first += kTogether) {
    std::vector<TableColumn> some(std::min(kTogether, width - first));
    data.with_rows([&](const auto& all) {
      all.for_each_part(rows, first, some.size(), [&](const auto* x) {
        for (size_t k = 0; k < some.size(); ++k) some[k].count_alone(static_cast<double>(x[k]));
      });
    });
    for (size_t k = 0; k < some.size(); ++k) {
      inspection.summary.add(some[k]);
      some[k].name = std::to_string(first + k + 1);
      const bool is_kept = width <= Inspection::kMostShown || some[k].outlier().has_value();
      if (is_kept && inspection.columns.size() < Inspection::kMostShown)
        inspection.columns.push_back(std::move(some[k]));
    }
  }
}

std::vector<std::string> notes_of(const DataSplits& splits) {
  std::vector<std::string> notes = splits.train.notes;
  if (splits.test) notes.insert(notes.end(), splits.test->notes.begin(), splits.test->notes.end());
  return notes;
}

Inspection of_arrays(const DataSplits& splits) {
  const Dataset& data = splits.train;
  Inspection inspection{.format = data.is_bytes() ? "bytes" : "floats",
                        .rows = data.rows(),
                        .test_rows = splits.test ? splits.test->rows() : 0,
                        .sample = data.sample,
                        .classes = data.classes,
                        .labels = distinct(data.labels),
                        .notes = notes_of(splits)};
  describe_features(data, inspection);
  return inspection;
}

}  // namespace

Inspection inspect_source(const std::string& source, const ReadOptions& how) {
  const Source found = resolve_source(source);
  if (found.kind == Source::Kind::table) return of_table(found, how);
  ReadOptions lenient = how;
  lenient.missing = MissingValues::mean;
  lenient.series = {};
  if (found.kind == Source::Kind::image_folder && !how.images) lenient.images = common_size(found.path);
  Inspection inspection = of_arrays(read_source(found, lenient));
  if (!how.images) inspection.images = lenient.images;
  return inspection;
}

}  // namespace hourglass

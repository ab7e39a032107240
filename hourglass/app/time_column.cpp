#include "hourglass/app/time_column.h"

#include <algorithm>
#include <cmath>

#include "hourglass/data/formats/time_text.h"
#include "hourglass/data/source.h"

namespace hourglass {
namespace {

bool are_times_of_a_series(const std::vector<std::string>& cells) {
  constexpr double kTenth = 0.1;
  std::vector<double> steps;
  for (double before = 0; const std::string& cell : cells) {
    const auto time = parse_time(cell);
    if (!time) return false;
    if (&cell != &cells.front()) steps.push_back(*time - before);
    before = *time;
  }
  if (std::ranges::any_of(steps, [](double step) { return step < 0; })) return false;
  std::vector<double> sorted = steps;
  std::ranges::nth_element(sorted, sorted.begin() + std::ssize(sorted) / 2);
  const double median = sorted[sorted.size() / 2];
  const auto even =
      std::ranges::count_if(steps, [&](double step) { return std::abs(step - median) <= kTenth * median; });
  return median > 0 && 2 * even >= std::ssize(steps);
}

}  // namespace

std::optional<std::string> time_column(const std::string& source, const Inspection& found, const ReadOptions& how) {
  if (!found.is_table || found.rows < kFewestSteps) return std::nullopt;
  ReadOptions texts = how;
  texts.series = {};
  texts.missing = MissingValues::mean;
  for (const TableColumn& c : found.columns)
    if (c.numbers == 0 && c.missing == 0 && c.dates == c.texts) texts.keep.push_back(c.name);
  if (texts.keep.empty()) return std::nullopt;
  for (const TextColumn& column : open_source(source, texts).train.kept)
    if (are_times_of_a_series(column.cells)) return column.name;
  return std::nullopt;
}

}  // namespace hourglass

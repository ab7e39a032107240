#include "hourglass/data/table_header.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

#include "hourglass/base/text.h"
#include "hourglass/data/formats/cell.h"
#include "hourglass/data/formats/date.h"

namespace hourglass {
namespace {

using Row = std::vector<std::string>;

bool is_missing(const std::string& cell) {
  static const MissingMarkers markers;
  return markers.contains(cell);
}

bool is_text(const std::string& cell) { return !is_missing(cell) && !number_in(cell) && !number_in(cell, ','); }

/// The text is the name of a column of numbers: no text of the column but itself, where files were joined.
bool names_numbers(const std::string& cell, const TableColumn& column) {
  const size_t recurs = column.words.contains(cell);
  if (column.numbers == 0 || is_date(cell)) return false;
  if (column.words.size() == recurs && column.numbers > column.texts) return true;
  return recurs == 0 && column.numbers > 9 * column.texts;
}

/// The numbers of a row that are names: integers in even steps, from 0 or 1 by 1, or years.
struct NumberedNames {
  std::vector<size_t> columns = {};
  double step = 0;
  bool are_years = false;
  bool is_unnamed = false;  ///< the first column, as of an index that pandas writes
  bool has_texts = false;   ///< among them, which do not occur in their columns
};

std::optional<NumberedNames> numbered_names(const Row& row, const std::vector<TableColumn>& columns) {
  constexpr double kFirstYear = 1500, kLastYear = 2200, kLongestStep = 10;
  NumberedNames names;
  std::vector<double> numbers;
  for (size_t i = 0; i < row.size(); ++i) {
    if (row[i].empty() && i == 0) {
      names.is_unnamed = true;
    } else if (is_text(row[i])) {
      if (columns[i].words.contains(row[i]) || is_date(row[i])) return std::nullopt;
      names.has_texts = true;
    } else if (std::ranges::all_of(row[i], is_digit) && !row[i].empty()) {
      names.columns.push_back(i);
      numbers.push_back(*number_in(row[i]));
    } else {
      return std::nullopt;
    }
  }
  if (numbers.empty()) return std::nullopt;
  const auto is_year = [&](double x) { return x >= kFirstYear && x <= kLastYear; };
  names.step = numbers.size() > 1 ? numbers[1] - numbers[0] : 1;
  names.are_years = is_year(numbers.front()) && is_year(numbers.back()) && std::abs(names.step) <= kLongestStep;
  if (names.step == 0 || !(names.are_years || (numbers[0] <= 1 && names.step == 1))) return std::nullopt;
  for (size_t i = 1; i < numbers.size(); ++i)
    if (numbers[i] - numbers[i - 1] != names.step) return std::nullopt;
  return names;
}

/// The numbers of the row have the same even steps, as in a table of a grid.
bool continues(const NumberedNames& names, const Row& row) {
  if (names.columns.size() < 2 || names.columns.back() >= row.size()) return false;
  for (size_t i = 1; i < names.columns.size(); ++i) {
    const auto before = number_in(row[names.columns[i - 1]]), here = number_in(row[names.columns[i]]);
    if (!before || !here || *here - *before != names.step) return false;
  }
  return true;
}

HeaderDecision decide_by_numbers(const Row& first, const Row& second, const std::vector<TableColumn>& columns) {
  constexpr size_t kSome = 3, kMany = 5;
  constexpr int64_t kEnoughRows = 5;
  const auto names = numbered_names(first, columns);
  if (!names) return {false, false, "its cells are like those below"};
  size_t otherwise = 0, unlike = 0;
  for (const size_t i : names->columns) {
    const TableColumn& c = columns[i];
    const double number = *number_in(first[i]);
    const bool is_enough = c.numbers >= kEnoughRows;
    const bool is_written_otherwise = c.numbers == 0 ? c.texts > 0 : c.bare_integers == 0 && is_enough;
    otherwise += is_written_otherwise;
    unlike += is_written_otherwise || (is_enough && (number < c.low || number > c.high));
  }
  const size_t count = names->columns.size();
  const bool is_alone = count == 1 && names->has_texts && !names->is_unnamed;
  const bool is_strange = names->is_unnamed || count >= kMany || (count >= kSome && 2 * unlike >= count) ||
                          (names->are_years && names->has_texts && count > 1);
  const bool is_header = !is_alone && (otherwise == count || (is_strange && !continues(*names, second)));
  const bool is_uncertain = is_header || count >= kSome;
  return {is_header, is_uncertain,
          is_header ? "its numbers count and are unlike those below" : "its cells are like those below"};
}

}  // namespace

HeaderDecision decide_header(const Row& first, const Row& second, const std::vector<TableColumn>& columns) {
  size_t texts = 0, recurring = 0, empty = 0;
  std::set<std::string> distinct;
  for (size_t i = 0; i < first.size(); ++i) {
    if (first[i].empty()) ++empty;
    if (!is_text(first[i])) continue;
    if (names_numbers(first[i], columns[i])) return {true, false, "its texts stand above numbers"};
    ++texts;
    distinct.insert(first[i]);
    recurring += columns[i].words.contains(first[i]) || (is_date(first[i]) && columns[i].dates > 0);
  }
  if (texts > 0 && texts + empty == first.size() && texts >= empty) {
    if (recurring > 0) return {false, true, "its texts occur again below"};
    if (distinct.size() == texts) return {true, true, "its texts do not occur below"};
  }
  return decide_by_numbers(first, second, columns);
}

}  // namespace hourglass

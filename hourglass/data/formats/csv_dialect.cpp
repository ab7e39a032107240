#include "hourglass/data/formats/csv_dialect.h"

#include <algorithm>
#include <compare>
#include <vector>

#include "hourglass/base/error.h"
#include "hourglass/data/formats/cell.h"
#include "hourglass/data/formats/csv.h"

namespace hourglass {
namespace {

using Cells = std::vector<std::string_view>;

std::string_view first_line_of(std::string_view text) { return text.substr(0, text.find_first_of("\r\n")); }

void skip_line(std::string_view text, CsvDialect& dialect) {
  size_t end = std::min(text.find_first_of("\r\n", dialect.start), text.size());
  if (end < text.size()) end += text.substr(end).starts_with("\r\n") ? 2 : 1;
  dialect.start = end;
  ++dialect.first_line;
}

/// The delimiter of a line "sep=;", or '\0'.
char named_delimiter(std::string_view line) {
  if (line.starts_with('"') && line.ends_with('"') && line.size() > 1) line = line.substr(1, line.size() - 2);
  if (line.size() != 5 || (!line.starts_with("sep=") && !line.starts_with("SEP=") && !line.starts_with("Sep=")))
    return '\0';
  return line[4];
}

char delimiter_of(const std::string& text) {
  if (text == "tab") return '\t';
  return text == "space" ? ' ' : text[0];
}

/// Rates a delimiter by the first rows; greater is better.
struct Cut {
  int alike = 0;         ///< 2: all rows have the same number of cells; 1: but for a header that is one name off
  bool numbers = false;  ///< below a possible header there are only numbers, including decimal commas
  size_t cells = 1;

  auto operator<=>(const Cut&) const = default;
};

bool is_like_number(std::string_view cell) {
  static const MissingMarkers markers;
  return markers.contains(cell) || number_in(cell, '.') || number_in(cell, ',');
}

/// The first rows of a text.
struct FirstRows {
  std::vector<size_t> cells = {};  ///< number of cells of each row
  bool header_ends_empty = false;
  bool has_only_numbers = true;   ///< below the first row
  size_t numbers = 0, total = 0;  ///< cells below the first row: numbers and quoted texts, and all of them
};

bool is_quoted(std::string_view text, std::string_view cell) {
  return cell.data() > text.data() && cell.data() <= text.data() + text.size() && cell.data()[-1] == '"';
}

FirstRows read_first_rows(std::string_view text, char delimiter, const std::string& name) {
  constexpr size_t kRows = 20;
  CsvRows rows(text, delimiter, name);
  Cells cells;
  FirstRows first;
  while (first.cells.size() < kRows && rows.next(cells)) {
    if (first.cells.empty()) {
      first.header_ends_empty = cells.back().empty();
      first.has_only_numbers = std::ranges::all_of(cells, is_like_number);
    } else {
      if (first.cells.size() == 1) first.has_only_numbers = true;
      for (const std::string_view cell : cells) {
        const bool is_number = is_like_number(cell);
        first.has_only_numbers &= is_number;
        first.numbers += is_number || is_quoted(text, cell);
      }
      first.total += cells.size();
    }
    first.cells.push_back(cells.size());
  }
  return first;
}

Cut rate(const FirstRows& rows) {
  Cut cut{.numbers = rows.has_only_numbers};
  const std::vector<size_t>& cells = rows.cells;
  if (cells.empty()) return {};
  cut.cells = cells[0];
  if (std::ranges::all_of(cells, [&](size_t n) { return n == cells[0]; })) {
    cut.alike = 2;
  } else if (std::all_of(cells.begin() + 1, cells.end(), [&](size_t n) { return n == cells[1]; })) {
    cut.alike = cells[1] == cells[0] + 1 || (cells[0] == cells[1] + 1 && rows.header_ends_empty);
    if (cut.alike > 0) cut.cells = cells[1];
  }
  return cut.cells < 2 ? Cut() : cut;
}

Cut cut_by(std::string_view text, char delimiter, const std::string& name) {
  try {
    const FirstRows rows = read_first_rows(text, delimiter, name);
    const Cut cut = rate(rows);
    const bool suits = delimiter != ' ' || (cut.alike > 0 && 3 * rows.numbers >= std::max<size_t>(rows.total, 1));
    return suits ? cut : Cut();
  } catch (const Error&) {
    return {};
  }
}

void find_delimiter(std::string_view text, const std::string& name, CsvDialect& dialect) {
  constexpr std::string_view kDelimiters = ",\t;|";
  std::vector<Cut> cuts;
  for (const char c : kDelimiters) cuts.push_back(cut_by(text, c, name));
  const auto best = std::ranges::max_element(cuts);
  dialect.delimiter = kDelimiters[static_cast<size_t>(best - cuts.begin())];
  dialect.is_uncertain = best->alike > 0 && std::ranges::count_if(cuts, [&](const Cut& cut) {
                                              return cut.alike == best->alike && cut.numbers == best->numbers;
                                            }) > 1;
  const bool is_even = best->alike > 0;
  if (is_even && best->numbers) return;
  const Cut blanks = cut_by(text, ' ', name);
  if (blanks.alike == 0 || (is_even && !(blanks.alike >= best->alike && blanks.numbers))) return;
  dialect.delimiter = ' ';
  dialect.is_uncertain = !blanks.numbers && text.find('"') == std::string_view::npos;
}

size_t cells_in_first_row(std::string_view text, char delimiter, const std::string& name) {
  CsvRows rows(text, delimiter, name);
  Cells cells;
  return rows.next(cells) ? cells.size() : 0;
}

/// Lets the text begin behind the # of the comment line at `at` if the line has a name for every cell of a row.
void take_header_from_comment(std::string_view text, size_t at, const std::string& name, CsvDialect& dialect) {
  const std::string_view line = first_line_of(text.substr(at));
  const size_t first = line.find_first_not_of("# \t");
  if (first == std::string_view::npos || line[first] == dialect.delimiter) return;
  try {
    CsvRows rows(line.substr(first), dialect.delimiter, name);
    Cells cells;
    const bool has_names = rows.next(cells) && std::ranges::none_of(cells, is_like_number);
    if (!has_names || cells.size() != cells_in_first_row(text.substr(dialect.start), dialect.delimiter, name)) return;
    if (cells.size() == 1 && cells[0].find(' ') != std::string_view::npos) return;  // a sentence
  } catch (const Error&) {
    return;
  }
  dialect.header_is_comment = true;
  dialect.start = at + first;
  --dialect.first_line;
  --dialect.comments;
}

}  // namespace

CsvDialect detect_dialect(std::string_view text, const std::string& name, const std::string& delimiter) {
  CsvDialect dialect;
  char given = delimiter.empty() ? '\0' : delimiter_of(delimiter);
  if (const char named = named_delimiter(first_line_of(text))) {
    dialect.has_sep_line = true;
    if (!given) given = named;
    skip_line(text, dialect);
  }
  size_t last = std::string_view::npos;
  const auto at_comment = [&] {
    const std::string_view line = first_line_of(text.substr(dialect.start));
    // A column may be called "#".
    const size_t behind = line.find_first_not_of(" \t", 1);
    return line.starts_with('#') &&
           (behind == std::string_view::npos || std::string_view(",;|").find(line[behind]) == std::string_view::npos) &&
           !line.starts_with("#\t");
  };
  while (dialect.start < text.size() && at_comment()) {
    last = dialect.start;
    ++dialect.comments;
    skip_line(text, dialect);
  }
  const std::string_view rows = text.substr(dialect.start);
  if (given)
    dialect.delimiter = given;
  else
    find_delimiter(rows, name, dialect);
  if (last != std::string_view::npos) take_header_from_comment(text, last, name, dialect);
  return dialect;
}

bool looks_like_text(std::string_view content) {
  constexpr size_t kLooked = 4096;
  return !content.empty() && std::ranges::all_of(content.substr(0, kLooked), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= ' ' ? byte != 0x7f : c == '\n' || c == '\r' || c == '\t';
  });
}

}  // namespace hourglass

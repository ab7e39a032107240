#include "hourglass/data/formats/csv.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "hourglass/base/text.h"
#include "hourglass/tensor/visit.h"

namespace hourglass {
namespace {

void append_rows(std::string& text, const auto& values, size_t columns) {
  char number[32];  // the longest double has 24 characters
  for (size_t i = 0; i < values.size(); ++i) {
    text.append(number, std::to_chars(number, number + sizeof(number), values[i]).ptr);
    text += (i + 1) % columns == 0 ? '\n' : ',';
  }
}

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

std::string_view trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool is_like_number(std::string_view cell) { return is_missing(cell) || number_in(cell) || has_decimal_comma(cell); }

/// Rates a delimiter by the first rows; greater is better. First criterion: all rows have the same number of cells.
/// Second: below a possible header there are only numbers, including decimal commas. Third: the number of cells.
struct Cut {
  bool alike = false, numbers = false;
  size_t cells = 1;

  auto operator<=>(const Cut&) const = default;
};

Cut first_rows_cut(std::string_view text, char delimiter, const std::string& name) {
  constexpr int kRows = 20;
  CsvRows rows(text, delimiter, name);
  std::vector<std::string_view> cells;
  Cut cut{true, true};
  try {
    for (int i = 0; i < kRows && rows.next(cells); ++i) {
      if (i == 0) cut.cells = cells.size();
      cut.alike &= cells.size() == cut.cells;
      cut.numbers = (i < 2 || cut.numbers) && std::ranges::all_of(cells, is_like_number);
    }
  } catch (const Error&) {
    return {};
  }
  return cut.cells < 2 ? Cut() : cut;
}

}  // namespace

std::string csv_cell(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string cell = "\"";
  for (const char c : text) cell += c == '"' ? std::string(2, c) : std::string(1, c);
  return cell + '"';
}

std::string csv_text(ConstView matrix, std::span<const std::string> header) {
  std::string text;
  for (const std::string& name : header) {
    if (&name != header.data()) text += ',';
    text += csv_cell(name);
  }
  if (!header.empty()) text += '\n';
  if (matrix.size() == 0) return text;
  const int64_t columns = matrix.columns();
  HOURGLASS_CHECK(header.empty() || static_cast<int64_t>(header.size()) == columns);
  visit_floats(matrix, [&](auto values) { append_rows(text, values, columns); });
  return text;
}

CsvRows::CsvRows(std::string_view text, char delimiter, const std::string& name)
    : rest_(text), delimiter_(delimiter), name_(name) {
  if (rest_.starts_with(kByteOrderMark)) rest_.remove_prefix(kByteOrderMark.size());
}

bool CsvRows::next(std::vector<std::string_view>& cells) {
  cells.clear();
  kept_.clear();
  if (!skip_empty_lines()) return false;
  line_ = next_line_;
  do {
    if (cells.size() == kMostColumns)
      fail("{}:{}: more than {} cells, the most a row may have", name_, line_, kMostColumns);
    const size_t blanks = std::min(rest_.find_first_not_of(delimiter_ == '\t' ? " " : " \t"), rest_.size());
    const bool quoted = rest_.substr(blanks).starts_with('"');
    if (quoted) rest_.remove_prefix(blanks + 1);
    cells.push_back(quoted ? quoted_cell() : plain_cell());
  } while (!end_row());
  return true;
}

std::string_view CsvRows::quoted_cell() {
  size_t end = rest_.find('"');
  bool doubled = false;
  while (end != std::string_view::npos && rest_.substr(end).starts_with("\"\"")) {
    doubled = true;
    end = rest_.find('"', end + 2);
  }
  if (end == std::string_view::npos) fail("{}:{}: a quote is opened and never closed", name_, next_line_);
  const std::string_view cell = rest_.substr(0, end);
  next_line_ += std::ranges::count(cell, '\n');
  rest_.remove_prefix(end + 1);
  const size_t stop = rest_.find_first_of(std::array{delimiter_, '\n', '\0'}.data());
  std::string_view after = rest_.substr(0, stop);
  if (after.ends_with('\r')) after.remove_suffix(1);
  if (!trimmed(after).empty()) fail("{}:{}: text follows the closing quote of a cell", name_, next_line_);
  rest_.remove_prefix(std::min(stop, rest_.size()));
  if (!doubled) return cell;
  std::string& kept = kept_.emplace_back();
  for (size_t i = 0; i < cell.size(); i += cell[i] == '"' ? 2 : 1) kept += cell[i];
  return kept;
}

std::string_view CsvRows::plain_cell() {
  const size_t stop = rest_.find_first_of(std::array{delimiter_, '\n', '\0'}.data());
  std::string_view cell = rest_.substr(0, stop);
  rest_.remove_prefix(cell.size());
  if (cell.ends_with('\r')) cell.remove_suffix(1);
  return trimmed(cell);
}

/// Skips the delimiter or the end of the row; true at the end of the row.
bool CsvRows::end_row() {
  if (rest_.empty()) return true;
  const bool ends = rest_[0] == '\n';
  next_line_ += ends;
  rest_.remove_prefix(1);
  return ends;
}

bool CsvRows::skip_empty_lines() {
  while (!rest_.empty()) {
    const std::string_view line = rest_.substr(0, rest_.find('\n'));
    const size_t text = line.find_first_not_of(delimiter_ == '\t' ? " \r" : " \t\r");
    if (text != std::string_view::npos) return true;
    rest_.remove_prefix(std::min(line.size() + 1, rest_.size()));
    ++next_line_;
  }
  return false;
}

char detect_delimiter(std::string_view text, const std::string& name) {
  constexpr std::string_view kDelimiters = ",\t;|";
  std::vector<Cut> cuts;
  for (const char c : kDelimiters) cuts.push_back(first_rows_cut(text, c, name));
  return kDelimiters[std::ranges::max_element(cuts) - cuts.begin()];
}

bool looks_like_text(std::string_view content) {
  constexpr size_t kLooked = 4096;
  return !content.empty() && std::ranges::all_of(content.substr(0, kLooked), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= ' ' ? byte != 0x7f : c == '\n' || c == '\r' || c == '\t';
  });
}

bool is_missing(std::string_view cell) {
  if (cell.size() > 4) return false;
  std::string lower(cell);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  constexpr std::array<std::string_view, 6> kMarks = {"", "na", "n/a", "nan", "null", "?"};
  return std::ranges::find(kMarks, lower) != kMarks.end();
}

std::optional<double> number_in(std::string_view cell) {
  cell = trimmed(cell);
  if (cell.starts_with('+') && !cell.starts_with("+-")) cell.remove_prefix(1);
  const auto number = number_from<double>(cell);
  return number && std::isfinite(*number) ? number : std::nullopt;
}

bool has_decimal_comma(std::string_view cell) {
  std::string changed(cell);
  const size_t comma = changed.find(',');
  if (comma == std::string::npos) return false;
  changed[comma] = '.';
  return number_in(changed).has_value();
}

}  // namespace hourglass

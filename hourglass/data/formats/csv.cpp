#include "hourglass/data/formats/csv.h"

#include <algorithm>

#include "hourglass/base/error.h"
#include "hourglass/data/formats/cell.h"
#include "hourglass/data/formats/csv_formula.h"

namespace hourglass {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

/// Lines end in LF, CRLF or CR.
int64_t line_ends(std::string_view text) {
  int64_t count = std::ranges::count(text, '\n');
  for (size_t i = text.find('\r'); i != std::string_view::npos; i = text.find('\r', i + 1))
    count += i + 1 == text.size() || text[i + 1] != '\n';
  return count;
}

}  // namespace

CsvRows::CsvRows(std::string_view text, char delimiter, const std::string& name, int64_t first_line)
    : rest_(text),
      delimiter_(delimiter),
      blanks_(delimiter == '\t' ? " " : " \t"),
      name_(name),
      next_line_(first_line) {
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
    const size_t blanks = std::min(rest_.find_first_not_of(blanks_), rest_.size());
    const bool quoted = rest_.substr(blanks).starts_with('"');
    if (quoted || delimiter_ == ' ') rest_.remove_prefix(blanks);
    if (quoted) rest_.remove_prefix(1);
    cells.push_back(without_apostrophe(quoted ? quoted_cell() : plain_cell()));
  } while (!end_row());
  return true;
}

/// The position of the first delimiter or line end; npos if there is none.
size_t CsvRows::cell_end() const {
  // find_first_of would call a function for every character.
  const auto stops = [&](char c) {
    return c == delimiter_ || c == '\n' || c == '\r' || (delimiter_ == ' ' && c == '\t');
  };
  const auto at = std::ranges::find_if(rest_, stops);
  return at == rest_.end() ? std::string_view::npos : static_cast<size_t>(at - rest_.begin());
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
  next_line_ += line_ends(cell);
  rest_.remove_prefix(end + 1);
  const size_t stop = cell_end();
  if (!trimmed(rest_.substr(0, stop)).empty())
    fail("{}:{}: text follows the closing quote of a cell", name_, next_line_);
  rest_.remove_prefix(std::min(stop, rest_.size()));
  if (!doubled) return cell;
  std::string& kept = kept_.emplace_back();
  for (size_t i = 0; i < cell.size(); i += cell[i] == '"' ? 2 : 1) kept += cell[i];
  return kept;
}

std::string_view CsvRows::plain_cell() {
  const std::string_view cell = rest_.substr(0, cell_end());
  rest_.remove_prefix(cell.size());
  return trimmed(cell);
}

/// Skips the delimiter or the end of the row; true at the end of the row.
bool CsvRows::end_row() {
  if (delimiter_ == ' ') rest_.remove_prefix(std::min(rest_.find_first_not_of(blanks_), rest_.size()));
  if (rest_.empty()) return true;
  const bool ends = rest_[0] == '\n' || rest_[0] == '\r';
  if (ends)
    take_line_end();
  else if (delimiter_ != ' ')
    rest_.remove_prefix(1);
  return ends;
}

void CsvRows::take_line_end() {
  rest_.remove_prefix(rest_.starts_with("\r\n") ? 2 : 1);
  ++next_line_;
}

bool CsvRows::skip_empty_lines() {
  while (true) {
    const size_t text = rest_.find_first_not_of(blanks_);
    if (text == std::string_view::npos) return false;
    if (rest_[text] != '\n' && rest_[text] != '\r') return true;
    rest_.remove_prefix(text);
    take_line_end();
  }
}

}  // namespace hourglass

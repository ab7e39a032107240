#include "hourglass/data/formats/csv_writer.h"

#include <charconv>

#include "hourglass/base/error.h"
#include "hourglass/data/formats/csv_formula.h"

namespace hourglass {
namespace {

void append_shortest(std::string& text, auto number) {
  char digits[32];  // the longest double has 24 characters
  text.append(digits, std::to_chars(digits, digits + sizeof(digits), number).ptr);
}

template <class T>
std::vector<CsvColumn> columns_of(const SomeRows& rows, std::span<const std::string> names) {
  std::vector<CsvColumn> columns;
  for (const std::string& name : names)
    columns.push_back({name, [&rows, j = std::ssize(columns), width = rows.values.columns()](auto& text, int64_t row) {
                         append_number(text, rows.values.template as<T>()[(row - rows.first) * width + j]);
                       }});
  return columns;
}

void append_line(std::string& text, std::span<const CsvColumn> columns, auto append_cell) {
  const size_t start = text.size();
  for (const CsvColumn& column : columns) {
    if (&column != columns.data()) text += ',';
    append_cell(column);
  }
  if (text.size() == start) text += "\"\"";  // a reader skips an empty line
  text += '\n';
}

}  // namespace

void append_csv_cell(std::string& text, std::string_view cell) {
  const bool is_plain = cell.find_first_of(",;|\t\"\r\n") == std::string_view::npos && !cell.starts_with(' ') &&
                        !cell.ends_with(' ') && !cell.starts_with('#');
  const std::string_view mark = needs_apostrophe(cell) ? "'" : "";
  if (is_plain) {
    text.append(mark).append(cell);
    return;
  }
  text.append("\"").append(mark);
  for (const char c : cell) text.append(c == '"' ? 2 : 1, c);
  text += '"';
}

void append_number(std::string& text, float number) { append_shortest(text, number); }
void append_number(std::string& text, double number) { append_shortest(text, number); }
void append_number(std::string& text, int64_t number) { append_shortest(text, number); }

std::vector<CsvColumn> csv_columns(const SomeRows& rows, std::span<const std::string> names) {
  HOURGLASS_CHECK(std::ssize(names) == rows.values.columns());
  return rows.values.dtype() == DType::f32 ? columns_of<float>(rows, names) : columns_of<double>(rows, names);
}

void append_csv_names(std::string& text, std::span<const CsvColumn> columns) {
  append_line(text, columns, [&](const CsvColumn& column) { append_csv_cell(text, column.name); });
}

void append_csv_row(std::string& text, std::span<const CsvColumn> columns, int64_t row) {
  append_line(text, columns, [&](const CsvColumn& column) { column.append(text, row); });
}

std::string csv_table(int64_t rows, std::span<const CsvColumn> columns, bool header) {
  std::string text;
  if (header) append_csv_names(text, columns);
  for (int64_t row = 0; row < rows; ++row) append_csv_row(text, columns, row);
  return text;
}

CsvFile::CsvFile(const std::filesystem::path& path, std::span<const CsvColumn> columns, bool header)
    : file_(path), columns_(columns) {
  if (header) append_csv_names(text_, columns_);
}

void CsvFile::add_row(int64_t row) {
  constexpr size_t kTextBytes = size_t{1} << 20;
  append_csv_row(text_, columns_, row);
  if (text_.size() >= kTextBytes) write_text();
}

void CsvFile::commit() {
  write_text();
  file_.commit();
}

void CsvFile::write_text() {
  file_.append(text_);
  text_.clear();
}

}  // namespace hourglass

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
std::vector<CsvColumn> columns_of(const T* values, int64_t width, std::span<const std::string> names) {
  std::vector<CsvColumn> columns;
  for (int64_t j = 0; j < width; ++j)
    columns.push_back({names[static_cast<size_t>(j)],
                       [=](std::string& text, int64_t row) { append_number(text, values[row * width + j]); }});
  return columns;
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

std::vector<CsvColumn> csv_columns(ConstView matrix, std::span<const std::string> names) {
  const int64_t width = matrix.columns();
  HOURGLASS_CHECK(static_cast<int64_t>(names.size()) == width);
  return matrix.dtype() == DType::f32 ? columns_of(matrix.as<float>(), width, names)
                                      : columns_of(matrix.as<double>(), width, names);
}

std::string csv_table(int64_t rows, std::span<const CsvColumn> columns, bool header) {
  std::string text;
  const auto append_line = [&](auto append_cell) {
    const size_t start = text.size();
    for (const CsvColumn& column : columns) {
      if (&column != columns.data()) text += ',';
      append_cell(column);
    }
    if (text.size() == start) text += "\"\"";  // a reader skips an empty line
    text += '\n';
  };
  if (header) append_line([&](const CsvColumn& column) { append_csv_cell(text, column.name); });
  for (int64_t row = 0; row < rows; ++row) append_line([&](const CsvColumn& column) { column.append(text, row); });
  return text;
}

}  // namespace hourglass

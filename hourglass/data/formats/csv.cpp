#include "hourglass/data/formats/csv.h"

#include <charconv>

#include "hourglass/tensor/visit.h"

namespace hourglass {
namespace {

template <class T>
void append_rows(std::string& text, std::span<T> values, size_t columns) {
  char number[32];  // the longest double has 24 characters
  for (size_t i = 0; i < values.size(); ++i) {
    text.append(number, std::to_chars(number, number + sizeof(number), values[i]).ptr);
    text += (i + 1) % columns == 0 ? '\n' : ',';
  }
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

}  // namespace hourglass

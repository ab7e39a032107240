#include "hourglass/report/format.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "hourglass/base/text.h"

namespace hourglass {

std::string format_count(int64_t value) {
  std::string text = fmt::to_string(value);
  const int first_digit = value < 0 ? 1 : 0;
  for (int i = static_cast<int>(text.size()) - 3; i > first_digit; i -= 3) text.insert(i, 1, ',');
  return text;
}

std::string format_bytes(double bytes) {
  const char* unit = "kB";
  double value = bytes / 1e3;
  for (const char* larger : {"MB", "GB", "TB"}) {
    if (value < 999.5) break;
    value /= 1e3;
    unit = larger;
  }
  return fmt::format("{:.{}f} {}", value, value < 9.95 ? 1 : 0, unit);
}

std::string format_value(double value) {
  if (!std::isfinite(value)) return std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
  if (value == 0) return "0";
  std::string scientific = fmt::format("{:.3e}", value);
  // From the rounded text, because 9.99996 is rounded to 10.00.
  const int exponent = std::atoi(scientific.c_str() + scientific.find('e') + 1);
  if (exponent < -4 || exponent >= 9) return scientific;
  if (exponent >= 3) return format_count(std::llround(value));
  return fmt::format("{:.{}f}", value, 3 - exponent);
}

std::string format_duration(double seconds) {
  constexpr double kLongest = 1e15;
  if (!(seconds >= 0 && seconds < kLongest)) return "?";
  const int64_t s = std::llround(seconds);
  if (s < 3600) return fmt::format("{}:{:02}", s / 60, s % 60);
  return fmt::format("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
}

std::string shortened(std::string_view text, int width) {
  std::string shown;
  int columns = 0;
  for (size_t at = 0, end = 0; at < text.size(); at = end) {
    for (end = at + 1; end < text.size() && (text[end] & 0xC0) == 0x80;) ++end;
    std::string_view c = text.substr(at, end - at);
    if (changes_direction(c)) continue;
    if (first_not_utf8(c) || is_control(c)) c = " ";
    if (++columns == width && end < text.size()) return shown + "…";
    shown += c;
  }
  return shown;
}

int display_width(std::string_view text) {
  return static_cast<int>(std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
}

}  // namespace hourglass

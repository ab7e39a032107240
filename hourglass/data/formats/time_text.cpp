#include "hourglass/data/formats/time_text.h"

#include <chrono>

#include "hourglass/base/text.h"
#include "hourglass/data/formats/cell.h"

namespace hourglass {
namespace {

/// Takes one or more digits, at least `least` and at most `most`, from the beginning of the text.
std::optional<int> take_number(std::string_view& text, size_t least, size_t most) {
  size_t digits = 0;
  while (digits < text.size() && digits < most && is_digit(text[digits])) ++digits;
  if (digits < least) return std::nullopt;
  const auto number = number_from<int>(text.substr(0, digits));
  text.remove_prefix(digits);
  return number;
}

bool take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<double> take_date(std::string_view& text) {
  const bool year_first = text.size() > 4 && is_digit(text[2]) && is_digit(text[3]);
  const auto a = take_number(text, year_first ? 4 : 1, year_first ? 4 : 2);
  if (!a || text.empty()) return std::nullopt;
  const char sign = text[0];
  if (year_first ? sign != '-' && sign != '/' && sign != '.' : sign != '.') return std::nullopt;
  take(text, sign);
  const auto b = take_number(text, 1, 2);
  if (!b || !take(text, sign)) return std::nullopt;
  const auto c = take_number(text, year_first ? 1 : 4, year_first ? 2 : 4);
  if (!c) return std::nullopt;
  using namespace std::chrono;
  const year_month_day day{year(year_first ? *a : *c), month(static_cast<unsigned>(*b)),
                           std::chrono::day(static_cast<unsigned>(year_first ? *c : *a))};
  if (!day.ok()) return std::nullopt;
  return 86400.0 * static_cast<double>(sys_days(day).time_since_epoch().count());
}

/// Seconds after midnight.
std::optional<double> take_clock(std::string_view& text) {
  const auto hour = take_number(text, 1, 2);
  if (!hour || *hour > 24 || !take(text, ':')) return std::nullopt;
  const auto minute = take_number(text, 2, 2);
  if (!minute || *minute > 59) return std::nullopt;
  double seconds = 3600.0 * *hour + 60.0 * *minute;
  if (!take(text, ':')) return seconds;
  const auto second = take_number(text, 2, 2);
  if (!second || *second > 60) return std::nullopt;
  seconds += *second;
  if (!take(text, '.') && !take(text, ',')) return seconds;
  if (text.empty() || !is_digit(text[0])) return std::nullopt;
  for (double unit = 0.1; !text.empty() && is_digit(text[0]); unit /= 10) {
    seconds += unit * (text[0] - '0');
    text.remove_prefix(1);
  }
  return seconds;
}

/// Seconds that the clock is ahead of UTC; 0 without an offset.
std::optional<double> take_offset(std::string_view& text) {
  if (text.empty() || take(text, 'Z')) return 0.0;
  const double sign = text[0] == '-' ? -1 : 1;
  if (!take(text, '-') && !take(text, '+')) return std::nullopt;
  const auto hour = take_number(text, 2, 2);
  take(text, ':');
  const auto minute = text.empty() ? 0 : take_number(text, 2, 2);
  if (!hour || !minute) return std::nullopt;
  return sign * (3600.0 * *hour + 60.0 * *minute);
}

}  // namespace

std::optional<double> parse_time(std::string_view cell) {
  std::string_view text = trimmed(cell);
  if (const auto day = take_date(text)) {
    if (text.empty()) return day;
    if (take(text, 'T') || take(text, ' ')) {
      while (take(text, ' ')) {
      }
      const auto clock = take_clock(text);
      while (take(text, ' ')) {
      }
      const auto offset = clock ? take_offset(text) : std::nullopt;
      if (offset && text.empty()) return *day + *clock - *offset;
    }
  }
  return number_in(cell);
}

}  // namespace hourglass

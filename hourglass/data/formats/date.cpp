#include "hourglass/data/formats/date.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "hourglass/base/text.h"

namespace hourglass {
namespace {

/// Reads a text from the left; a member function that finds nothing leaves the text as it is.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  bool at_end() const { return text_.empty(); }
  bool take(char c) {
    if (!text_.starts_with(c)) return false;
    text_.remove_prefix(1);
    return true;
  }
  /// A number of `least` to `most` digits, or -1.
  int number(size_t least, size_t most) {
    const auto end = std::ranges::find_if_not(text_, is_digit);
    const auto digits = static_cast<size_t>(end - text_.begin());
    if (digits < least || digits > most) return -1;
    const int value = number_from<int>(text_.substr(0, digits)).value_or(-1);
    text_.remove_prefix(digits);
    return value;
  }
  /// The English name of a month, or its first three letters.
  bool month() {
    constexpr std::array<std::string_view, 12> kMonths = {"january",   "february", "march",    "april",
                                                          "may",       "june",     "july",     "august",
                                                          "september", "october",  "november", "december"};
    const auto end = std::ranges::find_if_not(text_, [](unsigned char c) { return std::isalpha(c) != 0; });
    const std::string word = lower_case({text_.begin(), end});
    const bool known = std::ranges::any_of(kMonths, [&](auto m) { return word == m || word == m.substr(0, 3); });
    if (known) text_.remove_prefix(word.size());
    return known;
  }
  /// One of the characters, or '\0'.
  char any_of(std::string_view characters) {
    if (text_.empty() || characters.find(text_[0]) == std::string_view::npos) return '\0';
    const char c = text_[0];
    text_.remove_prefix(1);
    return c;
  }
  void blanks() {
    while (take(' ')) {
    }
  }

 private:
  std::string_view text_;
};

bool is_day(int n) { return n >= 1 && n <= 31; }
bool is_month(int n) { return n >= 1 && n <= 12; }

bool take_year_first(Cursor& c) {
  if (c.number(4, 4) < 0) return false;
  const char sign = c.any_of("-/.");
  if (!sign || !is_month(c.number(1, 2))) return false;
  return c.take(sign) ? is_day(c.number(1, 2)) : sign == '-';
}

bool take_year_last(Cursor& c) {
  const int first = c.number(1, 2);
  const char sign = c.any_of("-/. ");
  if (!is_day(first) || !sign) return false;
  if (c.month()) {
    c.any_of("-/. ");
    return c.number(2, 4) >= 0;
  }
  const int second = c.number(1, 2);
  if (sign == ' ' || !is_day(second) || !c.take(sign) || (!is_month(first) && !is_month(second))) return false;
  return c.number(sign == '.' ? 4 : 2, 4) >= 0;
}

bool take_month_first(Cursor& c) {
  if (!c.month() || !c.any_of(" -")) return false;
  if (!is_day(c.number(1, 2))) return false;
  c.take(',');
  c.blanks();
  return c.number(4, 4) >= 0;
}

bool take_time(Cursor& c) {
  const int hour = c.number(1, 2);
  if (hour < 0 || hour > 24 || !c.take(':')) return false;
  if (const int minute = c.number(2, 2); minute < 0 || minute > 59) return false;
  if (c.take(':') && c.number(2, 2) < 0) return false;
  if (c.any_of(".,") && c.number(1, 9) < 0) return false;
  c.blanks();
  if (c.any_of("AaPp") && !c.any_of("Mm")) return false;
  if (c.take('Z')) return true;
  if (!c.any_of("+-")) return true;
  if (c.number(4, 4) >= 0) return true;
  return c.number(2, 2) >= 0 && (!c.take(':') || c.number(2, 2) >= 0);
}

}  // namespace

bool is_date(std::string_view cell) {
  constexpr size_t kLongest = 40;
  if (cell.size() < 4 || cell.size() > kLongest) return false;
  for (const auto take_date : {take_year_first, take_year_last, take_month_first}) {
    Cursor c(cell);
    if (!take_date(c)) continue;
    if (c.at_end()) return true;
    if (!c.any_of("T _")) continue;
    c.blanks();
    if (take_time(c) && c.at_end()) return true;
  }
  Cursor c(cell);
  return take_time(c) && c.at_end();
}

}  // namespace hourglass

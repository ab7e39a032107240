#include "hourglass/data/formats/cell.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "hourglass/base/text.h"

namespace hourglass {
namespace {

using namespace std::string_view_literals;

// Longer texts come before their own beginnings and ends.
constexpr std::array kUnits = {"US$"sv, "R$"sv,  "C$"sv,  "A$"sv,  "$"sv,   "€"sv,   "£"sv,   "¥"sv,   "₹"sv,   "₽"sv,
                               "₩"sv,   "₺"sv,   "₪"sv,   "USD"sv, "EUR"sv, "GBP"sv, "CHF"sv, "JPY"sv, "CNY"sv, "INR"sv,
                               "CAD"sv, "AUD"sv, "SEK"sv, "NOK"sv, "DKK"sv, "PLN"sv, "%"sv,   "‰"sv};

// Comma and point are handled apart; no-break, narrow no-break and thin spaces, and two kinds of apostrophes.
constexpr std::array kGroupSigns = {" "sv, "\u00a0"sv, "\u202f"sv, "\u2009"sv, "'"sv, "’"sv};

constexpr std::array kMarkers = {
    ""sv,        "na"sv,       "n/a"sv,    "n.a."sv,    "nan"sv,    "null"sv,   "nil"sv,    "?"sv,        "-"sv,
    "--"sv,      "."sv,        "nat"sv,    "<na>"sv,    "\\n"sv,    "#n/a"sv,   "#na"sv,    "#null!"sv,   "#n/a n/a"sv,
    "#value!"sv, "#div/0!"sv,  "#ref!"sv,  "#num!"sv,   "#name?"sv, "-nan"sv,   "+nan"sv,   "nan(ind)"sv, "-nan(ind)"sv,
    "1.#qnan"sv, "-1.#qnan"sv, "1.#ind"sv, "-1.#ind"sv, "<nan>"sv,  "(null)"sv, "<null>"sv, "1.#snan"sv,  "n/d"sv};

/// By byte: a marker begins with it.
constexpr std::array<bool, 256> kMarkerStarts = [] {
  std::array<bool, 256> starts{};
  for (const std::string_view marker : kMarkers)
    if (!marker.empty()) starts[static_cast<unsigned char>(marker[0])] = true;
  return starts;
}();

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool take(std::string_view& text, std::string_view start) {
  if (!text.starts_with(start)) return false;
  text.remove_prefix(start.size());
  return true;
}

/// Takes a unit from the start or the end of the text, and blanks between it and the number.
std::string_view take_unit(std::string_view& text, bool at_end) {
  if (text.empty() || is_digit(at_end ? text.back() : text.front())) return {};  // most cells have no unit
  for (const std::string_view unit : kUnits) {
    if (!(at_end ? text.ends_with(unit) : text.starts_with(unit))) continue;
    const std::string_view found = text.substr(at_end ? text.size() - unit.size() : 0, unit.size());
    text = trimmed(at_end ? text.substr(0, text.size() - unit.size()) : text.substr(unit.size()));
    return found;
  }
  return {};
}

/// Takes a sign from the start: -1, 1, or 0 if there is none.
int take_sign(std::string_view& text) {
  if (take(text, "-") || take(text, "\u2212")) return -1;
  return take(text, "+") ? 1 : 0;
}

size_t digits_at(std::string_view text) {
  return std::min(static_cast<size_t>(std::ranges::find_if_not(text, is_digit) - text.begin()), text.size());
}

/// Takes groups of digits that follow the first; false if they are no groups of thousands.
bool take_groups(std::string_view& text, std::string_view sign, std::string& digits) {
  std::vector<size_t> sizes;
  while (take(text, sign)) {
    const size_t size = digits_at(text);
    sizes.push_back(size);
    digits += text.substr(0, size);
    text.remove_prefix(size);
  }
  const size_t before = sizes.front();  // three digits, or two in India
  if (sizes.back() != 3 || (before != 3 && before != 2)) return false;
  return std::all_of(sizes.begin(), sizes.end() - 1, [&](size_t size) { return size == before; });
}

/// A number without sign and unit.
std::optional<CellNumber> parse_magnitude(std::string_view text, char decimal) {
  std::string number(text.substr(0, digits_at(text)));
  const size_t first = number.size();
  text.remove_prefix(first);
  CellNumber found;
  const std::string_view other = decimal == '.' ? "," : ".";
  const bool has_no_space = text.empty() || text.front() == '.' || text.front() == ',';
  const auto* sign =
      has_no_space ? kGroupSigns.end() : std::ranges::find_if(kGroupSigns, [&](auto s) { return text.starts_with(s); });
  const bool is_space = sign != kGroupSigns.end();
  if (text.starts_with(other) || is_space) {
    if (first == 0 || first > 3 || number[0] == '0') return std::nullopt;
    if (!take_groups(text, is_space ? *sign : other, number)) return std::nullopt;
    found.has_groups = true;
  }
  if (text.starts_with(decimal)) {
    const size_t size = digits_at(text.substr(1));
    if (size == 0) return std::nullopt;
    number += '.';
    number += text.substr(1, size);
    text.remove_prefix(size + 1);
  }
  if (!found.has_groups) number += text;  // an exponent
  const bool has_exponent = text.starts_with('e') || text.starts_with('E');
  if (!text.empty() && (found.has_groups || !has_exponent)) return std::nullopt;
  const auto value = number_from<double>(number);
  if (!value || !std::isfinite(*value)) return std::nullopt;
  found.value = *value;
  return found;
}

}  // namespace

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kNoBreakSpace = "\u00a0";
  while (true) {
    if (text.starts_with(' ') || text.starts_with('\t'))
      text.remove_prefix(1);
    else if (text.ends_with(' ') || text.ends_with('\t'))
      text.remove_suffix(1);
    else if (text.starts_with(kNoBreakSpace))
      text.remove_prefix(kNoBreakSpace.size());
    else if (text.ends_with(kNoBreakSpace))
      text.remove_suffix(kNoBreakSpace.size());
    else
      return text;
  }
}

std::optional<CellNumber> parse_number(std::string_view cell, char decimal) {
  cell = trimmed(cell);
  if (std::ranges::none_of(cell, is_digit)) return std::nullopt;
  // Most cells are plain numbers.
  if (decimal == '.' || cell.find('.') == std::string_view::npos) {
    const auto plain = number_from<double>(cell);
    if (plain) return std::isfinite(*plain) ? std::optional(CellNumber{*plain}) : std::nullopt;
  }
  const bool negative = cell.size() > 2 && cell.front() == '(' && cell.back() == ')';
  if (negative) cell = trimmed(cell.substr(1, cell.size() - 2));
  int sign = take_sign(cell);
  std::string_view unit = take_unit(cell, false);
  if (sign == 0) sign = take_sign(cell);
  if (unit.empty()) unit = take_unit(cell, true);
  if (sign != 0 && negative) return std::nullopt;
  auto found = parse_magnitude(cell, decimal);
  if (!found) return std::nullopt;
  if (sign < 0 || negative) found->value = -found->value;
  found->unit = unit;
  return found;
}

std::optional<double> number_in(std::string_view cell, char decimal) {
  const auto number = parse_number(cell, decimal);
  return number ? std::optional(number->value) : std::nullopt;
}

MissingMarkers::MissingMarkers(std::span<const std::string> more) : more_(more.begin(), more.end()) {
  for (const std::string& text : more)
    if (const auto number = number_in(text)) numbers_.push_back(*number);
}

bool MissingMarkers::contains(std::string_view cell) const {
  constexpr size_t kLongest = 10;
  if (cell.empty() || cell == "None") return true;  // of Python; "none" is a category
  if (!more_.empty()) {
    if (more_.contains(cell)) return true;
    const auto number = numbers_.empty() ? std::nullopt : number_in(cell);
    if (number && std::ranges::find(numbers_, *number) != numbers_.end()) return true;
  }
  // Most cells are numbers.
  const bool is_number = is_digit(cell[0]) || (cell[0] == '-' && cell.size() > 1 && is_digit(cell[1]));
  const bool can_be = cell.size() <= kLongest && kMarkerStarts[static_cast<unsigned char>(lower(cell[0]))];
  if (!can_be || (is_number && cell.find('#') == std::string_view::npos)) return false;
  std::array<char, kLongest> text;
  std::ranges::transform(cell, text.begin(), lower);
  return std::ranges::find(kMarkers, std::string_view(text.data(), cell.size())) != kMarkers.end();
}

}  // namespace hourglass

#include "hourglass/base/text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <vector>

namespace hourglass {
namespace {

size_t distance(std::string_view a, std::string_view b) {
  std::vector<size_t> before_last(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    before_last.swap(last);
    last.swap(row);
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1])});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
  }
  return row[b.size()];
}

/// "\u202e"; no character to be shown so has more than three bytes.
std::string escape_of(std::string_view character) {
  unsigned code = static_cast<unsigned char>(character[0]);
  if (character.size() > 1) code &= 0x7fu >> character.size();
  for (const char c : character.substr(1)) code = code << 6 | (static_cast<unsigned char>(c) & 0x3f);
  return fmt::format("\\u{:04x}", code);
}

std::string made_printable(std::string_view text, bool keeps_lines) {
  std::string shown;
  for_each_character(text, [&](std::string_view c, bool is_valid) {
    if (!is_valid)
      shown += fmt::format("\\x{:02x}", static_cast<unsigned char>(c[0]));
    else if (c == "\n" || c == "\t")
      shown += keeps_lines ? c : c == "\n" ? "\\n" : "\\t";
    else if (is_control(c) || changes_direction(c))
      shown += escape_of(c);
    else
      shown += c;
  });
  return shown;
}

/// The text cut before a byte that begins a character.
std::string_view first_part(std::string_view text, size_t most) {
  for (size_t back = 0; back < 4 && most > 0 && most < text.size() && (text[most] & 0xC0) == 0x80; ++back) --most;
  return text.substr(0, most);
}

}  // namespace

size_t character_length(std::string_view text) {
  const auto byte = [&](size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const unsigned first = byte(0), second = byte(1);
  if (first < 0x80) return 1;
  const size_t length = first >= 0xc2 && first < 0xe0 ? 2 : first >= 0xe0 && first < 0xf0 ? 3 : 4;
  if (first < 0xc2 || first > 0xf4) return 0;
  for (size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xc0) != 0x80) return 0;
  const bool in_range = (first != 0xe0 || second >= 0xa0) && (first != 0xed || second < 0xa0) &&
                        (first != 0xf0 || second >= 0x90) && (first != 0xf4 || second < 0x90);
  return in_range ? length : 0;
}

std::optional<std::string> nearest_name(std::string_view name, std::span<const std::string> known) {
  constexpr size_t kLongest = 200, kMostSteps = 20'000'000;  // a tenth of a second
  std::optional<std::string> nearest;
  if (name.size() > kLongest) return nearest;
  size_t best = std::max<size_t>(1, name.size() / 3) + 1, steps = 0;
  for (const std::string& candidate : known) {
    // Names whose lengths differ this much are not close.
    if (std::max(name.size(), candidate.size()) - std::min(name.size(), candidate.size()) >= best) continue;
    if (candidate.size() > kLongest) continue;
    steps += (name.size() + 1) * (candidate.size() + 1);
    if (steps > kMostSteps) break;
    const size_t d = distance(name, candidate);
    if (d >= best || d >= candidate.size()) continue;
    best = d;
    nearest = candidate;
  }
  return nearest;
}

std::string listed(std::span<const std::string> names, size_t most) {
  constexpr size_t kLongest = 100;
  std::vector<std::string> shown;
  for (const std::string& name : names.first(std::min(most, names.size()))) shown.push_back(beginning(name, kLongest));
  const std::string more = names.size() > most ? fmt::format(" and {} more", names.size() - most) : "";
  return fmt::format("{}{}", fmt::join(shown, ", "), more);
}

std::string did_you_mean(std::string_view name, std::span<const std::string> known) {
  if (const auto nearest = nearest_name(name, known)) return fmt::format("; did you mean \"{}\"?", *nearest);
  return known.empty() ? "" : "; known: " + listed(known);
}

bool is_below_range(std::string_view number) {
  const size_t mantissa_end = std::min(number.find_first_of("eE"), number.size());
  const std::string_view mantissa = number.substr(0, mantissa_end);
  const size_t point = std::min(mantissa.find('.'), mantissa.size());
  const size_t first = std::min(mantissa.find_first_of("123456789"), mantissa.size());
  // The number is 0.ddd · 10^magnitude · 10^exponent.
  const int64_t magnitude = static_cast<int64_t>(point) - static_cast<int64_t>(first) + (first > point ? 1 : 0);
  std::string_view digits = number.substr(std::min(mantissa_end + 1, number.size()));
  if (digits.starts_with('+')) digits.remove_prefix(1);
  int64_t exponent = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
  if (error == std::errc::result_out_of_range) return digits.starts_with('-');
  return exponent < -magnitude;
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

std::string beginning(std::string_view text, size_t most) {
  return text.size() <= most ? std::string(text) : fmt::format("{}…", first_part(text, most));
}

std::string shell_quoted(const std::string& text) {
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+=:@%,";
  if (!text.empty() && text.find_first_not_of(kPlain) == std::string::npos) return text;
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::string shell_path(const std::string& path) { return shell_quoted(path.starts_with('-') ? "./" + path : path); }

std::optional<size_t> first_not_utf8(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    const size_t length = character_length(text.substr(at));
    if (length == 0) return at;
    at += length;
  }
  return std::nullopt;
}

std::string valid_utf8(std::string_view text) {
  std::string valid;
  for_each_character(text, [&](std::string_view c, bool is_valid) { valid += is_valid ? c : "\uFFFD"; });
  return valid;
}

std::string printable(std::string_view text) { return made_printable(text, false); }

std::string printable_lines(std::string_view text) { return made_printable(text, true); }

std::string printable_message(std::string_view text) {
  constexpr size_t kLongest = 4000, kEnd = 1000;
  if (text.size() <= kLongest) return printable_lines(text);
  const std::string_view start = first_part(text, kLongest - kEnd);
  const size_t end = first_part(text, text.size() - kEnd).size();
  return fmt::format("{} … ({} bytes are left out) … {}", printable_lines(start), end - start.size(),
                     printable_lines(text.substr(end)));
}

std::string terminal_message(std::string_view text) {
  std::string lines;
  for (const char c : printable_message(text)) {
    if (lines.ends_with('\n') && c != ' ') lines += "  ";
    lines += c;
  }
  return lines;
}

/// U+061C, U+200E, U+200F, U+202A to U+202E and U+2066 to U+2069.
bool changes_direction(std::string_view c) {
  return c == "\u061C" || c == "\u200E" || c == "\u200F" || (c >= "\u202A" && c <= "\u202E") ||
         (c >= "\u2066" && c <= "\u2069");
}

bool is_control(std::string_view c) { return c < " " || c == "\x7F" || (c >= "\xC2\x80" && c <= "\xC2\x9F"); }

}  // namespace hourglass

#pragma once

#include <algorithm>
#include <charconv>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>

namespace hourglass {

/// The known name closest to a misspelt one: smallest optimal-string-alignment (restricted Damerau–Levenshtein)
/// distance in bytes, at most a third of the length of the name but at least 1; the first of equally close names. Empty
/// if none is close, and for a name of more than 200 bytes. Of very many known names only the first are compared.
std::optional<std::string> nearest_name(std::string_view name, std::span<const std::string> known);

/// The names for a sentence: `a, b, c and 7 more`, the first `most` of them, each cut to 100 bytes.
std::string listed(std::span<const std::string> names, size_t most = 20);

/// End of a message about an unknown name: `; did you mean "dense"?`, or `; known: a, b, c` (listed) if no name is
/// close.
std::string did_you_mean(std::string_view name, std::span<const std::string> known);

/// Whether a decimal number that is out of the range of its type is too small for it rather than too large.
bool is_below_range(std::string_view number);

/// Parses the whole text as a number; empty if it is not one, or too large. A number too small for T is 0.
template <class T>
std::optional<T> number_from(std::string_view text) {
  T number;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (end != text.data() + text.size()) return std::nullopt;
  if (error == std::errc()) return number;
  if constexpr (std::is_floating_point_v<T>)
    if (error == std::errc::result_out_of_range && is_below_range(text)) return text.starts_with('-') ? -T{0} : T{0};
  return std::nullopt;
}

inline bool contains(std::span<const std::string> names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

inline bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// The text with its ASCII letters in lower case.
std::string lower_case(std::string_view text);

/// A text of at most `most` bytes as it is, else its beginning and "…". No UTF-8 character is cut in two.
std::string beginning(std::string_view text, size_t most);

/// The text as one word of a POSIX shell: unchanged if no character has a meaning there, otherwise in single quotes.
std::string shell_quoted(const std::string& text);

/// The path as one word of a POSIX shell that no program takes for an option: behind "./" if it begins with "-".
std::string shell_path(const std::string& path);

/// Position of the first byte that is not valid UTF-8 (RFC 3629), or empty.
std::optional<size_t> first_not_utf8(std::string_view text);

/// The text with U+FFFD for every byte that is not valid UTF-8, so that every program can read it.
std::string valid_utf8(std::string_view text);

// Names come from files, and a terminal would obey a control character in them. These functions make text safe to show:
// control characters, and characters that change the direction of writing, become visible as "\u001b" (in TOML the
// same character), bytes that are not UTF-8 as "\xff". Text that is safe already stays as it is.

/// For text within a line: line ends and tabs become "\n" and "\t".
std::string printable(std::string_view text);
/// For text of several lines: line ends and tabs stay.
std::string printable_lines(std::string_view text);
/// For a message: printable_lines of a text that loses its middle where it has more than 4,000 bytes.
std::string printable_message(std::string_view text);
/// For a message among others: its lines but the first are indented, so that no name in it can look like a message of
/// its own.
std::string terminal_message(std::string_view text);

/// Length in bytes of the UTF-8 character at the start; 0 if there is none. Overlong forms and surrogates are invalid.
size_t character_length(std::string_view text);

/// Calls f(character, true) for every UTF-8 character, and f(byte, false) for every byte that is in none.
void for_each_character(std::string_view text, auto f) {
  while (!text.empty()) {
    const size_t length = character_length(text);
    f(text.substr(0, std::max<size_t>(length, 1)), length > 0);
    text.remove_prefix(std::max<size_t>(length, 1));
  }
}

/// True for a character, in UTF-8, that overrides or isolates the direction of writing.
bool changes_direction(std::string_view character);
/// True for a control character in UTF-8: below U+0020, and U+007F to U+009F.
bool is_control(std::string_view character);

}  // namespace hourglass

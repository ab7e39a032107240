#pragma once

#include <algorithm>
#include <charconv>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace hourglass {

/// The known name closest to a misspelt one: smallest optimal-string-alignment (restricted Damerau–Levenshtein)
/// distance in bytes, at most a third of the length of the name but at least 1; the first of equally close names. Empty
/// if none is close.
std::optional<std::string> nearest_name(std::string_view name, std::span<const std::string> known);

/// End of a message about an unknown name: `; did you mean "dense"?`, or `; known: a, b, c` if no name is close.
std::string did_you_mean(std::string_view name, std::span<const std::string> known);

/// Parses the whole text as a number; empty if it is not one.
template <class T>
std::optional<T> number_from(std::string_view text) {
  T number;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

inline bool contains(std::span<const std::string> names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

inline bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// The text with its ASCII letters in lower case.
std::string lower_case(std::string_view text);

/// "a, b, c", or with more than `most` names the first of them: "a, b, c and 4 more".
std::string listed(std::span<const std::string> names, size_t most = 12);

/// A text of at most `most` bytes as it is, else its beginning and "…". No UTF-8 character is cut in two.
std::string beginning(std::string_view text, size_t most);

/// The text as one word of a POSIX shell: unchanged if no character has a meaning there, otherwise in single quotes.
std::string shell_quoted(const std::string& text);

/// The same for a path, which begins with "./" where a command would take it for an option.
std::string shell_path(const std::string& path);

/// Position of the first byte that is not valid UTF-8 (RFC 3629), or empty.
std::optional<size_t> first_not_utf8(std::string_view text);

}  // namespace hourglass

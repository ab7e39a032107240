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
/// if none is close.
std::optional<std::string> nearest_name(std::string_view name, std::span<const std::string> known);

/// End of a message about an unknown name: `; did you mean "dense"?`, or `; known: a, b, c` if no name is close.
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

/// The text as one word of a POSIX shell: unchanged if no character has a meaning there, otherwise in single quotes.
std::string shell_quoted(const std::string& text);

/// Position of the first byte that is not valid UTF-8 (RFC 3629), or empty.
std::optional<size_t> first_not_utf8(std::string_view text);

}  // namespace hourglass

#pragma once

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace hourglass {

/// The known name that a misspelt one probably meant: smallest optimal-string-alignment (restricted
/// Damerau–Levenshtein) distance in bytes, at most a third of the name's length and at least 1 apart; the first of
/// equals. Empty when none is near.
std::optional<std::string> nearest_name(std::string_view name, std::span<const std::string> known);

/// The end of a message about an unknown name: `; did you mean "dense"?`, or `; known: a, b, c` when nothing is near.
std::string did_you_mean(std::string_view name, std::span<const std::string> known);

inline bool contains(std::span<const std::string> names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

/// Where the first byte stands that is not UTF-8 (RFC 3629), or nothing.
std::optional<size_t> first_not_utf8(std::string_view text);

}  // namespace hourglass

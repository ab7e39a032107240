#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace hourglass {

/// Names of the values 0, 1, … of an enum in recipes, files and messages. They are declared next to the enum:
///
///     template <>
///     inline const std::vector<std::string> kNames<Colour> = {"red", "green"};
template <class E>
inline constexpr std::nullptr_t kNames = nullptr;

template <class E>
concept NamedEnum = std::is_enum_v<E> && requires {
  kNames<E>.front();
};

template <NamedEnum E>
const std::string& name_of(E value) {
  return kNames<E>[static_cast<size_t>(value)];
}

/// A name stands for itself where an enum or its name may be given.
inline std::string_view name_of(std::string_view name) { return name; }

/// The value with this name, or empty.
template <NamedEnum E>
std::optional<E> find_named(std::string_view name) {
  const auto found = std::ranges::find(kNames<E>, name);
  return found == kNames<E>.end() ? std::nullopt : std::optional(static_cast<E>(found - kNames<E>.begin()));
}

}  // namespace hourglass

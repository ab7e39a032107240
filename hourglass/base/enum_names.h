#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace hourglass {

/// An enum whose values 0, 1, … have names in recipes, files and messages. Beside the enum stands
///
///   inline const std::vector<std::string>& names(Colour) {
///     static const std::vector<std::string> all = {"red", "green"};
///     return all;
///   }
template <class E>
concept NamedEnum = std::is_enum_v<E> && requires(E e) {
  names(e).front();
};

template <NamedEnum E>
const std::string& name_of(E value) {
  return names(value)[static_cast<size_t>(value)];
}

/// The value of this name, if there is one.
template <NamedEnum E>
std::optional<E> find_named(std::string_view name) {
  const auto& all = names(E());
  const auto found = std::ranges::find(all, name);
  return found == all.end() ? std::nullopt : std::optional(static_cast<E>(found - all.begin()));
}

}  // namespace hourglass

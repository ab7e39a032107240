#pragma once

#include <string>
#include <vector>

namespace hourglass {

/// A recipe of the recipes/ folder; its text is compiled into the library.
struct ShippedRecipe {
  std::string name;
  std::string text;  ///< TOML
};

/// All of them, sorted by name.
const std::vector<ShippedRecipe>& shipped_recipes();
std::vector<std::string> shipped_recipe_names();

/// Null when no shipped recipe has this name.
const ShippedRecipe* find_shipped_recipe(const std::string& name);

}  // namespace hourglass

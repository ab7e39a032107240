#include "hourglass/app/shipped_recipes.h"

namespace hourglass {

std::vector<std::string> shipped_recipe_names() {
  std::vector<std::string> names;
  for (const ShippedRecipe& shipped : shipped_recipes()) names.push_back(shipped.name);
  return names;
}

const ShippedRecipe* find_shipped_recipe(const std::string& name) {
  for (const ShippedRecipe& shipped : shipped_recipes())
    if (shipped.name == name) return &shipped;
  return nullptr;
}

}  // namespace hourglass

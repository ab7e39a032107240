#pragma once

#include <string>
#include <vector>

namespace hourglass::cli {

/// A recipe of the recipes/ folder, carried inside the program.
struct ShippedRecipe {
  std::string name;
  std::string text;
};
const std::vector<ShippedRecipe>& shipped_recipes();

}  // namespace hourglass::cli

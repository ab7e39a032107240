#pragma once

#include <string>
#include <vector>

#include "hourglass/recipe/recipe.h"

namespace hourglass {

/// A key whose value differs between two recipes.
struct RecipeDifference {
  std::string key;            ///< "train.seed"; "model.encoder[1]" for one layer of equally long lists
  std::string before, after;  ///< the values as TOML; "not set" for a key that only the other recipe has
};

/// The keys with different values, in the order of recipe_toml; the name and the description are not compared.
std::vector<RecipeDifference> recipe_differences(const Recipe& before, const Recipe& after);

/// The keys of a recipe, each with its value, that make a step of training depend on the number of all epochs: a
/// learning rate that falls towards the last step, a top-k layer that starts with more units.
std::vector<std::string> keys_that_depend_on_epochs(const Recipe& recipe);

}  // namespace hourglass

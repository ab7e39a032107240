#pragma once

#include "hourglass/app/open.h"

namespace hourglass {

/// The recipe of a training.
struct RecipeRequest {
  std::string name = {};                    ///< a shipped recipe's name or a TOML file; empty: one that suits `data`
  std::string data = {};                    ///< source to use instead of the recipe's; empty: the recipe's
  std::vector<std::string> overrides = {};  ///< `section.key=value`, stronger than the recipe
  bool anomalies = false;                   ///< with an empty name: the shipped recipe for anomaly detection
};

/// Opens the named recipe, or chooses one from the data: text columns become categorical or are ignored
/// (suggested_reading), the network follows the shape of the data (suggest_recipe). Throws Error without name and data,
/// and as open_recipe, inspect_source and open_data do.
Recipe choose_recipe(const RecipeRequest& request, const Notify& notify);

}  // namespace hourglass

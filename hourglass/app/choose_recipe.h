#pragma once

#include "hourglass/app/open.h"

namespace hourglass {

/// Request for the recipe of a training run.
struct RecipeRequest {
  std::string name = {};                     ///< a shipped recipe's name or a TOML file; empty: one that suits `data`
  std::string data = {};                     ///< source to use instead of the recipe's; empty: the recipe's
  std::vector<std::string> overrides = {};   ///< `section.key=value`; they override the recipe
  std::optional<double> learning_rate = {};  ///< of the recipe's optimizer, whichever it is
  bool anomalies = false;  ///< with an empty name: the shipped recipe for anomaly detection, convolutions for images
};

/// Opens the named recipe, or chooses one from the data: columns become categorical or are ignored (suggested_reading),
/// which `notify` receives as far as it is uncertain, and the network depends on the shape of the data
/// (suggest_recipe). Throws Error if both name and data are empty, and as open_recipe, inspect_source and open_data do.
Recipe choose_recipe(const RecipeRequest& request, const Notify& notify);

}  // namespace hourglass

#pragma once

#include <string>

#include "hourglass/data/dataset.h"
#include "hourglass/recipe/recipe.h"

namespace hourglass {

/// The name of a file or folder without its ending: what its run will be called.
std::string suggest_name(const std::string& source);

/// A recipe to begin with for data that were read from `source` as `how` says: tables and arrays scaled by "standard",
/// a dense network of twice the features (16 to 256) and a code of a quarter; images of bytes by "unit", with bce and a
/// code of 32. Some ten thousand steps. Depends on nothing but the shape and type of the data.
Recipe suggest_recipe(const std::string& source, const ReadOptions& how, const Dataset& data);

}  // namespace hourglass

#pragma once

#include <string>

#include "hourglass/data/dataset.h"
#include "hourglass/recipe/recipe.h"

namespace hourglass {

/// Name of a run for this data source or recipe: the name of the file or folder without its extension, or "data" where
/// that is hidden or means a folder. It is the name of one folder.
std::string suggest_name(const std::string& source);

/// Suggests a recipe for data read from `source` with the options `how`. Tables and arrays: scale "standard", a dense
/// network with a code of a quarter of the features, and twice as many hidden units as features (16 to 256, but at most
/// a fifth of the rows; none where that is less than two per unit of the code). Training starts at the principal
/// components, with a weight decay that falls with the number of rows. Images of bytes: scale "unit"
/// and bce. Images get convolutions (suggest_pictures.h), small ones of bytes a code of 32 units. Trains for at most
/// about ten thousand steps, and keeps the weights of the epoch with the smallest error on the validation rows: a tenth
/// of the rows, at least 20, at most a fifth. Depends only on the shape and type of the data, and on `test`, the
/// data.test of the recipe.
Recipe suggest_recipe(const std::string& source, const ReadOptions& how, const Dataset& data,
                      const NumberOrText& test = {});

}  // namespace hourglass

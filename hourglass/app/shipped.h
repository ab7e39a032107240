#pragma once

#include <map>
#include <string>
#include <vector>

#include "hourglass/model/model_card.h"

namespace hourglass {

/// The recipes of the recipes/ folder by name, as TOML. They are compiled into the library.
const std::map<std::string, std::string>& shipped_recipes();
std::vector<std::string> shipped_recipe_names();

/// The names of the shipped pre-trained models, sorted. They lie in the folder $HOURGLASS_MODELS_DIR; without it, in
/// share/hourglass/models beside the folder of the running program; else in the source tree. Throws Error when
/// $HOURGLASS_MODELS_DIR is no folder.
std::vector<std::string> shipped_models();

/// The card of a shipped model. Throws Error for an unknown name, with the nearest known one.
ModelCard shipped_model_card(const std::string& name);

}  // namespace hourglass

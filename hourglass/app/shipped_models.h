#pragma once

#include <string>
#include <vector>

#include "hourglass/model/model_card.h"

namespace hourglass {

/// The names of the shipped pre-trained models, sorted. They lie in the folder $HOURGLASS_MODELS_DIR; without it, in
/// share/hourglass/models beside the folder of the running program; else in the source tree. Throws Error when
/// $HOURGLASS_MODELS_DIR is no folder.
std::vector<std::string> shipped_models();

/// The card of a shipped model. Throws Error for an unknown name, with the nearest known one.
ModelCard shipped_model_card(const std::string& name);

}  // namespace hourglass

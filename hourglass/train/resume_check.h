#pragma once

#include <string>

#include "hourglass/recipe/recipe.h"

namespace hourglass {

/// Checks that a run whose checkpoint has the recipe `saved` can continue under the recipe `now` and end with the
/// weights of a run that had `now` from the start. That holds for all keys that do not change a step: the description,
/// train.checkpoint and, as `same_data` says, data.source; and for keys that only say when the run ends: train.epochs,
/// unless keys_that_depend_on_epochs, and a larger train.early_stopping.patience. Throws Error naming every other key
/// that differs, with both values, and what to do instead. `checkpoint` is the file, RUN/checkpoint/NAME.
void check_resumable(const Recipe& saved, const Recipe& now, bool same_data, const std::string& checkpoint);

}  // namespace hourglass

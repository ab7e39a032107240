#pragma once

#include <map>
#include <string>

#include "hourglass/recipe/recipe.h"

namespace hourglass {

/// Checks that a run whose checkpoint has the recipe `saved` can continue under the recipe `now` and end with the
/// weights of a run that had `now` from the start. That holds for all keys that do not change a step: the description,
/// train.checkpoint and, as `same_data` says, the paths of data.source and data.test; and for keys that only say when
/// the run ends: train.epochs, unless keys_that_depend_on_epochs, and a larger train.early_stopping.patience. Throws
/// Error naming every other key that differs, with both values, and what to do instead. `checkpoint` is the file,
/// RUN/checkpoint/NAME.
void check_resumable(const Recipe& saved, const Recipe& now, bool same_data, const std::string& checkpoint);

/// The key of a checkpoint's metadata with the arithmetic_text() of the machine that wrote it.
inline constexpr const char* kArithmetic = "arithmetic";

/// What to tell the user if the checkpoint with this metadata was written with other arithmetic than `here`; empty if
/// it was not, or if it does not say, as those of early versions.
std::string note_of_arithmetic(const std::map<std::string, std::string>& metadata, const std::string& here);

}  // namespace hourglass

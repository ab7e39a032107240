#pragma once

#include "hourglass/data/dataset.h"
#include "hourglass/data/scaler.h"

namespace hourglass {

/// Throws Error with the first row and feature (from 1) whose scaled value is outside [0, 1]. Binary cross-entropy
/// requires values that can be interpreted as probabilities.
void check_unit_interval(const Dataset& data, const Scaler& scaler);

}  // namespace hourglass

#pragma once

#include "hourglass/data/dataset.h"
#include "hourglass/data/scaler.h"

namespace hourglass {

/// Throws Error naming the first row and feature (from 1) whose scaled value lies outside [0, 1]: binary cross-entropy
/// is meant for values that can be read as probabilities.
void check_unit_interval(const Dataset& data, const Scaler& scaler);

}  // namespace hourglass

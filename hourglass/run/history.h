#pragma once

#include <string>
#include <vector>

#include "hourglass/run/events.h"
#include "hourglass/tensor/tensor.h"

namespace hourglass {

/// Names of the numbers of an epoch: "train.loss", "train.reconstruction", "train.PENALTY" …, "validation.loss",
/// "validation.reconstruction", "test.loss", "test.reconstruction", "seconds", "samples_per_second"; without those of
/// parts of the data that were not measured.
std::vector<std::string> history_columns(const EpochRecord& epoch);

/// Numbers of all epochs as a tensor (epochs, columns), f64. All epochs must have the columns of `like`, whose values
/// are not used.
Tensor history_tensor(const std::vector<EpochRecord>& epochs, const EpochRecord& like);

/// Bit-exact inverse of history_tensor; epochs are numbered from 1. Throws Error with `name` for another dtype or
/// shape.
std::vector<EpochRecord> read_history(ConstView history, const EpochRecord& like, const std::string& name);

}  // namespace hourglass

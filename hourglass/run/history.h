#pragma once

#include <string>
#include <vector>

#include "hourglass/run/events.h"
#include "hourglass/tensor/tensor.h"

namespace hourglass {

/// The names of an epoch's numbers: "train.loss", "train.reconstruction", "train.PENALTY" …, "validation.loss",
/// "validation.reconstruction", "test.loss", "test.reconstruction", "seconds", "samples_per_second"; a part of the data
/// that was not measured has none.
std::vector<std::string> history_columns(const EpochRecord& epoch);

/// The epochs' numbers, (epochs, columns) f64. All must have the columns of `like`, whose own numbers do not matter.
Tensor history_tensor(const std::vector<EpochRecord>& epochs, const EpochRecord& like);

/// The inverse, to the bit; the epochs count from 1. Throws Error naming `name` for another dtype or shape.
std::vector<EpochRecord> read_history(ConstView history, const EpochRecord& like, const std::string& name);

}  // namespace hourglass

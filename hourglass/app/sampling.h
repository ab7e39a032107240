#pragma once

#include <cstdint>
#include <span>

#include "hourglass/app/interchange.h"

// Codes that are not those of a row: drawn from a distribution, or between two rows.

namespace hourglass {

/// Codes (count, …code): temperature times draws from the prior N(0, I), row i a function of (seed, i). Throws Error if
/// training did not bring the codes of the model to the prior: its encoder does not end in a gaussian layer, and its
/// recipe has no mmd.
Tensor prior_codes(const TrainedModel& model, int64_t count, double temperature, uint64_t seed);

/// Codes (steps, …code) on the straight line from the code of row `from` of the data to that of row `to`, counted from
/// 0, both included. Throws Error if there is no such row. steps ≥ 2.
Tensor interpolated_codes(const Inference& inference, const Dataset& data, int64_t from, int64_t to, int64_t steps);

/// A draw from the distribution N(μ, σ²) of every row's code, a function of (seed, number of the row). Throws Error if
/// the encoder does not end in a gaussian layer. The arguments must outlive the result.
ModelOutput drawn_codes(const Inference& inference, const Dataset& data, uint64_t seed);

}  // namespace hourglass

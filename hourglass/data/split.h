#pragma once

#include <cstdint>
#include <vector>

namespace hourglass {

/// Row numbers in ascending order; every row is in exactly one part.
struct Split {
  std::vector<uint32_t> train, validation;
};

/// Holds out round(n · validation_fraction) of n rows for validation, at least one if the fraction is above 0: the rows
/// with the smallest random numbers, a pure function of (n, fraction, seed). Throws Error if the fraction is not in [0,
/// 1) or no row is left for training.
Split split_rows(uint32_t n, double validation_fraction, uint64_t seed);

}  // namespace hourglass

#pragma once

#include <cstdint>
#include <vector>

namespace hourglass {

/// What rows are held out for. Each purpose has random numbers of its own.
enum class HeldOutFor : uint32_t { validation, test };

/// Row numbers in ascending order; every row is in exactly one part, unless it is a window of time steps (series.h).
struct Split {
  std::vector<uint32_t> train, held_out;
};

/// Number of held-out rows: round(n · fraction), at least one if the fraction is above 0. Throws Error if the fraction
/// is not in [0, 1) or no row is left for training.
uint32_t held_out_rows(uint32_t n, double fraction, HeldOutFor purpose = HeldOutFor::validation);

/// Holds out held_out_rows(n, fraction, purpose) of n rows: those with the smallest random numbers, a pure function of
/// (n, fraction, seed, purpose). Throws Error as held_out_rows does.
Split split_rows(uint32_t n, double fraction, uint64_t seed, HeldOutFor purpose = HeldOutFor::validation);

}  // namespace hourglass

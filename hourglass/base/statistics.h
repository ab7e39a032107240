#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace hourglass {

/// Quantile of ascending values, interpolated linearly between its two neighbours (Hyndman and Fan 1996, type 7).
double interpolated_quantile(std::span<const float> sorted, double q);

/// The smallest of the values that at least the share `q` of them do not exceed (type 1). There is at least one value.
double empirical_quantile(std::vector<double> values, double q);

/// The median; of an even number of values the upper of the two in the middle. Reorders the values, at least one.
float upper_median(std::span<float> values);

/// The indices of the `count` largest keys (of all if there are fewer), the largest first, equal ones in ascending
/// order. No key is NaN.
std::vector<int64_t> largest(std::span<const double> keys, size_t count);

/// `count` integers (at most `all`) spaced evenly over 0 … all − 1: i · all / count, rounded down.
std::vector<uint32_t> evenly_spaced(int64_t all, int64_t count);

}  // namespace hourglass

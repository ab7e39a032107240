#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace hourglass {

/// Quantile of ascending values, interpolated linearly between its two neighbours (Hyndman and Fan 1996, type 7).
double interpolated_quantile(std::span<const float> sorted, double q);

/// Smallest value that at least a fraction `q` of the values do not exceed (type 1). Requires at least one value.
double empirical_quantile(std::vector<double> values, double q);

/// The number that a standard normal variable does not exceed with probability p, in (0, 1); to about 1e-12.
double normal_quantile(double p);

/// Mean, summed in order; NaN without values.
double mean_of(std::span<const double> values);

/// Median; for an even number of values the upper of the two in the middle. Reorders the values; requires at least one.
float upper_median(std::span<float> values);

/// Indices of the `count` largest keys (of all if there are fewer), largest first, equal ones in ascending order. No
/// key may be NaN.
std::vector<int64_t> largest(std::span<const double> keys, size_t count);

/// `count` integers (at most `all`) spaced evenly over 0 … all − 1: i · all / count, rounded down.
std::vector<uint32_t> evenly_spaced(int64_t all, int64_t count);
/// 0, 1, … count − 1.
inline std::vector<uint32_t> all_rows(int64_t count) { return evenly_spaced(count, count); }

}  // namespace hourglass

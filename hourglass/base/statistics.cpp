#include "hourglass/base/statistics.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "hourglass/base/error.h"

namespace hourglass {

double interpolated_quantile(std::span<const float> sorted, double q) {
  const double place = q * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<size_t>(place);
  const size_t above = std::min(below + 1, sorted.size() - 1);
  const double low = sorted[below], high = sorted[above];
  return low + (place - static_cast<double>(below)) * (high - low);
}

double empirical_quantile(std::vector<double> values, double q) {
  HOURGLASS_CHECK(!values.empty());
  const auto rank = static_cast<int64_t>(std::ceil(q * static_cast<double>(values.size()))) - 1;
  const auto at = values.begin() + std::clamp<int64_t>(rank, 0, std::ssize(values) - 1);
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

double normal_quantile(double p) {
  HOURGLASS_CHECK(p > 0 && p < 1);
  double low = -39, high = 39;  // beyond them a probability is no double
  while (high - low > 1e-13) {
    const double middle = (low + high) / 2;
    (0.5 * std::erfc(-middle / std::numbers::sqrt2) < p ? low : high) = middle;
  }
  return (low + high) / 2;
}

double mean_of(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

float upper_median(std::span<float> values) {
  HOURGLASS_CHECK(!values.empty());
  const auto middle = values.begin() + std::ssize(values) / 2;
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

std::vector<int64_t> largest(std::span<const double> keys, size_t count) {
  std::vector<int64_t> order(keys.size());
  std::iota(order.begin(), order.end(), int64_t{0});
  const auto end = order.begin() + static_cast<int64_t>(std::min(count, order.size()));
  const auto is_before = [&](int64_t a, int64_t b) { return keys[a] != keys[b] ? keys[a] > keys[b] : a < b; };
  std::partial_sort(order.begin(), end, order.end(), is_before);
  return {order.begin(), end};
}

std::vector<uint32_t> evenly_spaced(int64_t all, int64_t count) {
  count = std::min(all, count);
  std::vector<uint32_t> some(count);
  for (int64_t i = 0; i < count; ++i) some[i] = static_cast<uint32_t>(i * all / count);
  return some;
}

}  // namespace hourglass

#include "hourglass/tensor/cpu/topk.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <vector>

#include "hourglass/tensor/copy.h"

namespace hourglass::ops::cpu {

namespace {

/// Unsigned integers in the order of the floats: −0 equals 0, and a NaN, whose comparisons would lead a selection
/// astray, comes first, so that it is not lost.
uint32_t ordered(float x) {
  if (std::isnan(x)) return std::numeric_limits<uint32_t>::max();
  const auto bits = std::bit_cast<uint32_t>(x + 0.0f);
  return bits & 0x80000000u ? ~bits : bits | 0x80000000u;
}

void topk_row(const float* z, float* a, int64_t units, int64_t k, std::vector<uint32_t>& keys) {
  keys.resize(static_cast<size_t>(units));
  std::transform(z, z + units, keys.begin(), ordered);
  std::nth_element(keys.begin(), keys.begin() + (k - 1), keys.end(), std::greater<>());
  const uint32_t smallest = keys[k - 1];
  // nth_element leaves the larger ones in front.
  int64_t ties = k - std::count_if(keys.begin(), keys.begin() + k, [&](uint32_t key) { return key > smallest; });
  for (int64_t j = 0; j < units; ++j) {
    const uint32_t key = ordered(z[j]);
    const bool passes = key > smallest || (key == smallest && ties-- > 0);
    a[j] = passes ? z[j] : 0.0f;
  }
}

/// f(j, unit j was selected) for every unit of a row. What passed as 0 looks like what did not pass; of the zeros the
/// earliest were selected, as many as k leaves room for.
template <class F>
void for_each_unit(const float* z, const float* a, int64_t units, int64_t k, F f) {
  int64_t zeros = k - std::count_if(a, a + units, [](float x) { return x != 0; });
  for (int64_t j = 0; j < units; ++j) f(j, a[j] != 0 || (z[j] == 0 && zeros-- > 0));
}

}  // namespace

void topk(Activation s, ConstView z, View a) {
  thread_local std::vector<uint32_t> keys;
  const int64_t units = z.columns(), k = std::min(units, static_cast<int64_t>(s.parameter));
  for (int64_t i = 0; i < z.rows(); ++i) topk_row(z.as<float>() + i * units, a.as<float>() + i * units, units, k, keys);
}

void topk_backward(Activation s, ConstView z, ConstView a, ConstView grad_a, View grad_z) {
  const int64_t units = z.columns(), k = std::min(units, static_cast<int64_t>(s.parameter));
  for (int64_t i = 0; i < z.rows(); ++i) {
    const float* from = grad_a.as<float>() + i * units;
    float* to = grad_z.as<float>() + i * units;
    for_each_unit(z.as<float>() + i * units, a.as<float>() + i * units, units, k,
                  [&](int64_t j, bool selected) { to[j] = selected ? from[j] : 0.0f; });
  }
}

void topk_derivatives(Activation s, ConstView z, ConstView a, View first, View second) {
  if (second) clear(second);
  if (!first) return;
  const int64_t units = z.columns(), k = std::min(units, static_cast<int64_t>(s.parameter));
  for (int64_t i = 0; i < z.rows(); ++i) {
    float* to = first.as<float>() + i * units;
    for_each_unit(z.as<float>() + i * units, a.as<float>() + i * units, units, k,
                  [&](int64_t j, bool selected) { to[j] = selected ? 1.0f : 0.0f; });
  }
}

}  // namespace hourglass::ops::cpu

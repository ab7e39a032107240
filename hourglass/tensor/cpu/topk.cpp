#include "hourglass/tensor/cpu/topk.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <vector>

namespace hourglass::ops::cpu {

namespace {

/// Maps floats to unsigned integers of the same order. −0 equals 0. NaN, which floats cannot be sorted by, is the
/// largest.
uint32_t ordered(float x) {
  if (std::isnan(x)) return std::numeric_limits<uint32_t>::max();
  const auto bits = std::bit_cast<uint32_t>(x + 0.0f);
  return bits & 0x80000000u ? ~bits : bits | 0x80000000u;
}

int64_t selected_units(Activation s, int64_t units) { return std::min(units, static_cast<int64_t>(s.parameter)); }

void topk_row(const float* z, float* a, int64_t units, int64_t k, std::vector<uint32_t>& keys) {
  keys.resize(static_cast<size_t>(units));
  std::transform(z, z + units, keys.begin(), ordered);
  std::nth_element(keys.begin(), keys.begin() + (k - 1), keys.end(), std::greater<>());
  const uint32_t smallest = keys[k - 1];
  // nth_element leaves the larger ones in front.
  int64_t ties = k - std::count_if(keys.begin(), keys.begin() + k, [&](uint32_t key) { return key > smallest; });
  for (int64_t j = 0; j < units; ++j) {
    const uint32_t key = ordered(z[j]);
    const bool selected = key > smallest || (key == smallest && ties-- > 0);
    a[j] = selected || std::isnan(z[j]) ? z[j] : 0.0f;
  }
}

/// f(index of an element, whether its unit was selected) for every element. A selected 0 looks like a unit that was not
/// selected: of the units with z = 0 the first ones were selected, up to k units in all.
template <class F>
void for_each_unit(Activation s, ConstView z, ConstView a, F f) {
  const int64_t units = z.columns(), k = selected_units(s, units);
  for (int64_t first = 0; first < z.size(); first += units) {
    const float* row = a.as<float>() + first;
    int64_t zeros = k - std::count_if(row, row + units, [](float x) { return x != 0; });
    for (int64_t j = 0; j < units; ++j) f(first + j, row[j] != 0 || (z.as<float>()[first + j] == 0 && zeros-- > 0));
  }
}

}  // namespace

void topk(Activation s, ConstView z, View a) {
  thread_local std::vector<uint32_t> keys;
  const int64_t units = z.columns(), k = selected_units(s, units);
  for (int64_t i = 0; i < z.size(); i += units) topk_row(z.as<float>() + i, a.as<float>() + i, units, k, keys);
}

void topk_backward(Activation s, ConstView z, ConstView a, ConstView grad_a, View grad_z) {
  for_each_unit(s, z, a, [to = grad_z.as<float>(), from = grad_a.as<float>(), at = a.as<float>()](int64_t i, bool on) {
    to[i] = std::isnan(at[i]) ? at[i] : on ? from[i] : 0.0f;
  });
}

void topk_derivatives(Activation s, ConstView z, ConstView a, View first, View second) {
  const float* at = a.as<float>();
  for_each_unit(s, z, a, [&](int64_t i, bool selected) {
    const bool is_nan = std::isnan(at[i]);
    if (first) first.as<float>()[i] = is_nan ? at[i] : static_cast<float>(selected);
    if (second) second.as<float>()[i] = is_nan ? at[i] : 0.0f;
  });
}

}  // namespace hourglass::ops::cpu

#pragma once

#include "hourglass/tensor/tensor.h"

namespace hourglass {

/// f(i, x) for the elements 0, 1, … of either type, x as a double.
template <class F>
void for_each_value(ConstView v, F f) {
  const auto all = [&](const auto* x) {
    for (int64_t i = 0; i < v.size(); ++i) f(i, static_cast<double>(x[i]));
  };
  v.dtype() == DType::f32 ? all(v.as<float>()) : all(v.as<double>());
}

/// Σ f(x) over all elements.
template <class F>
double sum_over_values(ConstView v, F f) {
  double sum = 0;
  for_each_value(v, [&](int64_t, double x) { sum += f(x); });
  return sum;
}

}  // namespace hourglass

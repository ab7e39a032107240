#include "hourglass/objective/weight_decay.h"

#include <algorithm>

namespace hourglass {

double WeightDecay::value(ConstView theta, std::span<const double>, int64_t) const {
  double total = 0;
  for (const Parameter& p : parameters_)
    if (p.is_decayed()) total += ops::sum_of_squares(p.in(theta));
  return total;
}

void WeightDecay::add_parameter_gradient(ConstView theta, std::span<const double>, int64_t, double weight,
                                         int64_t first, View grad) const {
  for (const Parameter& p : parameters_) {
    const int64_t begin = std::max(first, p.offset), end = std::min(first + grad.size(), p.offset + p.shape.size());
    if (!p.is_decayed() || begin >= end) continue;
    ops::add_scaled(2 * weight, theta.part(begin, {end - begin}), grad.part(begin - first, {end - begin}));
  }
}

}  // namespace hourglass

#include <algorithm>
#include <cmath>

#include "hourglass/tensor/cpu/cpu.h"

namespace hourglass::ops::cpu {

/// Scores are few per row, next to the products that made them: no vectors. Exponentials and sums are in double.
double cross_entropy(ConstView z, std::span<const int32_t> classes, double scale, View grad_z) {
  const int64_t count = z.columns();
  const float* row = z.as<float>();
  double loss = 0;
  for (int64_t n = 0; n < z.rows(); ++n, row += count) {
    const double largest = *std::max_element(row, row + count), at_class = row[classes[n]];
    double sum = 0;
    for (int64_t j = 0; j < count; ++j) sum += std::exp(row[j] - largest);
    loss += largest + std::log(sum) - at_class;
    if (!grad_z) continue;
    float* grad = grad_z.as<float>() + n * count;
    for (int64_t j = 0; j < count; ++j) {
      const double p = std::exp(row[j] - largest) / sum;
      grad[j] = static_cast<float>(scale * (j == classes[n] ? p - 1 : p));
    }
  }
  return loss;
}

}  // namespace hourglass::ops::cpu

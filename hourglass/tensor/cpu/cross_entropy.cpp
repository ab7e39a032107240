#include <algorithm>
#include <cmath>

#include "hourglass/tensor/cpu/cpu.h"

namespace hourglass::ops::cpu {

// A row has few elements next to the matrix product that made it, so this is not vectorised.
void CpuBackend::cross_entropy(ConstView z, std::span<const int32_t> classes, double scale, View grad_z,
                               View sum) const {
  const int64_t count = z.columns();
  const float* row = z.as<float>();
  double loss = 0;
  for (int64_t n = 0; n < z.rows(); ++n, row += count) {
    const double largest = *std::max_element(row, row + count), at_class = row[classes[n]];
    double exponentials = 0;
    for (int64_t j = 0; j < count; ++j) exponentials += std::exp(row[j] - largest);
    loss += largest + std::log(exponentials) - at_class;
    if (!grad_z) continue;
    float* grad = grad_z.as<float>() + n * count;
    for (int64_t j = 0; j < count; ++j) {
      const double p = std::exp(row[j] - largest) / exponentials;
      grad[j] = static_cast<float>(scale * (j == classes[n] ? p - 1 : p));
    }
  }
  *sum.as<double>() = loss;
}

}  // namespace hourglass::ops::cpu

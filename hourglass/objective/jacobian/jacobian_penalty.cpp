#include "hourglass/objective/jacobian/jacobian_penalty.h"

#include <algorithm>

#include "hourglass/tensor/copy.h"

namespace hourglass {

void JacobianPenalty::allocate_saved(const MicroBatch& batch, std::span<View> saved) const {
  for (int i = 0; i < batch.network().code_end(); ++i) {
    if (!has_gradient_at(i)) continue;
    saved[i] = batch.arena().take(batch.dtype(), batch.output(i).shape());
    clear(saved[i]);
  }
}

void JacobianPenalty::observe(ConstView theta, const MicroBatch& batch, std::span<double> sums) const {
  std::fill(sums.begin(), sums.end(), 0.0);
  measure(theta, {batch}, sums, 0, {});
}

void JacobianPenalty::differentiate(ConstView theta, const MicroBatch& batch, double weight, std::span<double> sums,
                                    std::span<View> saved, View grad_theta) const {
  std::fill(sums.begin(), sums.end(), 0.0);
  allocate_saved(batch, saved);
  measure(theta, {batch, saved}, sums, weight * share(batch.batch_rows()), grad_theta);
}

double JacobianPenalty::value(ConstView, std::span<const double> sums, int64_t batch_rows) const {
  return norm_->value(sums) * share(batch_rows);
}

void JacobianPenalty::add_gradient(const MicroBatch&, int layer, std::span<const double>, double,
                                   std::span<const View> saved, View grad) const {
  ops::add_scaled(1.0, saved[layer], grad);
}

void JacobianPenalty::add_parameter_gradient(ConstView theta, std::span<const double> sums, int64_t batch_rows,
                                             double weight, int64_t first, View grad) const {
  norm_->add_parameter_gradient(theta, sums, weight * share(batch_rows), first, grad);
}

}  // namespace hourglass

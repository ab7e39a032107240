#include "hourglass/objective/jacobian/jacobian_penalty.h"

#include <algorithm>

#include "hourglass/tensor/copy.h"

namespace hourglass {

void JacobianPenalty::make_notes(const PassView& pass) const {
  for (int i = 0; i < pass.network.code_end(); ++i) {
    if (!watches(i)) continue;
    pass.notes[i] = pass.arena.take(pass.theta.dtype(), pass.value(i).shape());
    clear(pass.notes[i]);
  }
}

void JacobianPenalty::observe(const PassView& pass, std::span<double> sums) const {
  std::fill(sums.begin(), sums.end(), 0.0);
  measure(pass, sums, 0, {});
}

void JacobianPenalty::differentiate(const PassView& pass, double weight, std::span<double> sums,
                                    View grad_theta) const {
  std::fill(sums.begin(), sums.end(), 0.0);
  make_notes(pass);
  measure(pass, sums, weight * share(pass.batch_rows), grad_theta);
}

double JacobianPenalty::value(ConstView, std::span<const double> sums, int64_t batch_rows) const {
  return norm_->value(sums) * share(batch_rows);
}

void JacobianPenalty::add_gradient(const PassView& pass, int layer, std::span<const double>, double, View grad) const {
  ops::add_scaled(1.0, pass.notes[layer], grad);
}

void JacobianPenalty::add_parameter_gradient(ConstView theta, std::span<const double> sums, int64_t batch_rows,
                                             double weight, int64_t first, View grad) const {
  norm_->add_parameter_gradient(theta, sums, weight * share(batch_rows), first, grad);
}

}  // namespace hourglass

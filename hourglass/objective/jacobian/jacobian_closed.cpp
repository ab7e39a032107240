#include "hourglass/objective/jacobian/jacobian_closed.h"

#include <algorithm>

namespace hourglass {

bool JacobianClosed::fits(const Network& network) {
  const int dense = first_dense(network), behind = network.code_end() - 1 - dense;
  if (dense < 0) return false;
  return behind == 0 || (behind == 1 && network.layer(dense + 1).activation());
}

JacobianClosed::JacobianClosed(const Network& network) : network_(network), dense_(first_dense(network)) {
  HOURGLASS_CHECK(fits(network));
  weight_ = *network.layer(dense_).weight();
  units_ = weight_.shape[0];
  row_norms_.resize(units_);
}

void JacobianClosed::prepare(ConstView theta) { ops::row_sums_of_squares(weight_.in(theta), row_norms_); }

/// s' and s'' of the code; either may be empty.
void JacobianClosed::derivatives(const MicroBatch& batch, View first, View second) const {
  const int code = network_.code_end() - 1;
  const Activation s = code > dense_ ? *network_.layer(code).activation(batch.context()) : Activation{};
  ops::activation_derivatives(s, batch.output(dense_), batch.output(code), first, second);
}

void JacobianClosed::measure(ConstView, std::span<const JacobianPoint> points, uint32_t, std::span<double> sums,
                             double scale, View grad_theta) const {
  Arena& arena = points[0].batch.arena();
  const ConstView z = points[0].batch.output(dense_);
  const View total = arena.take(z.dtype(), z.shape()), second = arena.take(z.dtype(), z.shape());
  thread_local std::vector<double> factor;
  factor.resize(static_cast<size_t>(units_));
  derivatives(points[0].batch, total, {});
  if (points[0].sign != 1) ops::scale(points[0].sign, total);
  for (const JacobianPoint& p : points.subspan(1)) {
    derivatives(p.batch, second, {});
    ops::add_scaled(p.sign, second, total);
  }
  ops::column_sums_of_squares(total, factor);
  for (int64_t j = 0; j < units_; ++j) sums[j] += factor[j];
  if (!grad_theta) return;
  for (const JacobianPoint& p : points) {
    derivatives(p.batch, {}, second);
    for (int64_t j = 0; j < units_; ++j) factor[j] = 2 * scale * p.sign * row_norms_[j];
    ops::add_scaled_product(factor, total, second, p.saved[dense_]);
  }
}

double JacobianClosed::value(std::span<const double> sums) const {
  double total = 0;
  for (int64_t j = 0; j < units_; ++j) total += sums[j] * row_norms_[j];
  return total;
}

void JacobianClosed::add_parameter_gradient(ConstView theta, std::span<const double> sums, double scale, int64_t first,
                                            View grad) const {
  const int64_t inputs = weight_.shape[1], last = first + grad.size();
  for (int64_t j = 0; j < units_; ++j) {
    const int64_t begin = std::max(first, weight_.offset + j * inputs);
    const int64_t end = std::min(last, weight_.offset + (j + 1) * inputs);
    if (begin >= end) continue;
    ops::add_scaled(2 * scale * sums[j], theta.part(begin, {end - begin}), grad.part(begin - first, {end - begin}));
  }
}

}  // namespace hourglass

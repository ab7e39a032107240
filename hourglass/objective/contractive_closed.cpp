#include "hourglass/objective/contractive_closed.h"

#include <algorithm>

namespace hourglass {

namespace {

/// The first layer with a weight; −1 when there is none.
int first_weight(const Network& network) {
  for (int i = 0; i < network.code_end(); ++i)
    if (network.layer(i).weight()) return i;
  return -1;
}

}  // namespace

bool ContractiveClosed::fits(const Network& network) {
  const int dense = first_weight(network), behind = network.code_end() - 1 - dense;
  if (dense < 0 || network.layer(dense).weight()->shape.rank() != 2) return false;
  // Anything between the input and the weight, a pool too, would have a Jacobian of its own.
  if (network.layer(dense).weight()->name != "encoder.0.weight") return false;
  return behind == 0 || (behind == 1 && network.layer(dense + 1).activation());
}

ContractiveClosed::ContractiveClosed(const Network& network)
    : network_(network), dense_(first_weight(network)), output_(network.code_end() - 1) {
  HOURGLASS_CHECK(fits(network));
  weight_ = *network.layer(dense_).weight();
  units_ = weight_.shape[0];
  row_norms_.resize(units_);
}

void ContractiveClosed::prepare(ConstView theta) { ops::row_sums_of_squares(weight_.in(theta), row_norms_); }

void ContractiveClosed::observe(const PassView& pass, std::span<double> sums) const {
  const ConstView z = pass.value(dense_), h = pass.value(output_);
  const View first = pass.arena.take(z.dtype(), z.shape());
  ops::activation_derivatives(activation(), z, h, first, {});
  ops::column_sums_of_squares(first, sums);
}

double ContractiveClosed::value(ConstView, std::span<const double> sums, int64_t batch_rows) const {
  double total = 0;
  for (int64_t j = 0; j < units_; ++j) total += sums[j] * row_norms_[j];
  return total / static_cast<double>(batch_rows);
}

void ContractiveClosed::add_gradient(const PassView& pass, int, std::span<const double>, double weight,
                                     View grad) const {
  const ConstView z = pass.value(dense_), h = pass.value(output_);
  const View first = pass.arena.take(z.dtype(), z.shape()), second = pass.arena.take(z.dtype(), z.shape());
  const View factors = pass.arena.take(DType::f64, {units_});
  ops::activation_derivatives(activation(), z, h, first, second);
  for (int64_t j = 0; j < units_; ++j)
    factors.as<double>()[j] = 2 * weight * row_norms_[j] / static_cast<double>(pass.batch_rows);
  ops::add_scaled_product({factors.as<double>(), static_cast<size_t>(units_)}, first, second, grad);
}

void ContractiveClosed::add_parameter_gradient(ConstView theta, std::span<const double> sums, int64_t batch_rows,
                                               double weight, int64_t first, View grad) const {
  const int64_t inputs = weight_.shape[1], last = first + grad.size();
  for (int64_t j = 0; j < units_; ++j) {
    const int64_t begin = std::max(first, weight_.offset + j * inputs);
    const int64_t end = std::min(last, weight_.offset + (j + 1) * inputs);
    if (begin >= end) continue;
    ops::add_scaled(2 * weight * sums[j] / static_cast<double>(batch_rows), theta.part(begin, {end - begin}),
                    grad.part(begin - first, {end - begin}));
  }
}

}  // namespace hourglass

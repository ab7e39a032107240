#include "hourglass/objective/contractive.h"

#include <algorithm>

namespace hourglass {

Contractive::Contractive(const ContractiveConfig& config, const Network& network)
    : dense_(-1), output_(network.code_end() - 1) {
  int weights = 0;
  for (int i = 0; i < network.code_end(); ++i) {
    const Layer& layer = network.layer(i);
    if (layer.weight()) {
      ++weights;
      dense_ = i;
    }
    if (layer.activation()) activation_ = *layer.activation();
  }
  // Anything between the input and the weight, a pool too, would have a Jacobian of its own.
  const bool closed_form = weights == 1 && output_ - dense_ <= 1 && network.layer(dense_).weight()->shape.rank() == 2 &&
                           network.layer(dense_).weight()->name == "encoder.0.weight";
  if (!closed_form)
    fail(
        "contractive: this version knows encoders of one dense layer and at most one activation behind it; "
        "this one has other layers ({} with weights)",
        weights);
  if (config.probes > 0) fail("contractive: probes are for deeper encoders; one dense layer is exact at no cost");
  weight_ = *network.layer(dense_).weight();
  units_ = weight_.shape[0];
  row_norms_.resize(units_);
}

void Contractive::prepare(ConstView theta) { ops::row_sums_of_squares(weight_.in(theta), row_norms_); }

void Contractive::observe(const PassView& pass, std::span<double> sums) const {
  const ConstView z = pass.value(dense_), h = pass.value(output_);
  const View first = pass.arena.take(z.dtype(), z.shape());
  ops::activation_derivatives(activation_, z, h, first, {});
  ops::column_sums_of_squares(first, sums);
}

double Contractive::value(ConstView, std::span<const double> sums, int64_t batch_rows) const {
  double total = 0;
  for (int64_t j = 0; j < units_; ++j) total += sums[j] * row_norms_[j];
  return total / static_cast<double>(batch_rows);
}

void Contractive::add_gradient(const PassView& pass, int, std::span<const double>, double weight, View grad) const {
  const ConstView z = pass.value(dense_), h = pass.value(output_);
  const View first = pass.arena.take(z.dtype(), z.shape()), second = pass.arena.take(z.dtype(), z.shape());
  const View factors = pass.arena.take(DType::f64, {units_});
  ops::activation_derivatives(activation_, z, h, first, second);
  for (int64_t j = 0; j < units_; ++j)
    factors.as<double>()[j] = 2 * weight * row_norms_[j] / static_cast<double>(pass.batch_rows);
  ops::add_scaled_product({factors.as<double>(), static_cast<size_t>(units_)}, first, second, grad);
}

void Contractive::add_parameter_gradient(ConstView theta, std::span<const double> sums, int64_t batch_rows,
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

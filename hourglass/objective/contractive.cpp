#include "hourglass/objective/contractive.h"

#include <algorithm>

#include "hourglass/tensor/copy.h"

namespace hourglass {

void make_notes(const JacobianNorm& norm, const PassView& pass) {
  for (int i = 0; i < pass.network.code_end(); ++i) {
    if (!norm.watches(i)) continue;
    pass.notes[i] = pass.arena.take(pass.theta.dtype(), pass.value(i).shape());
    clear(pass.notes[i]);
  }
}

std::unique_ptr<Penalty> make_contractive(const ContractiveConfig& c, const Network& network, uint64_t seed) {
  return std::make_unique<Contractive>(
      make_jacobian_norm({"contractive", c.probes, c.force, Random(seed, Stream::probes)}, network));
}

void Contractive::observe(const PassView& pass, std::span<double> sums) const {
  std::fill(sums.begin(), sums.end(), 0.0);
  const JacobianPoint point{pass};
  norm_->measure({&point, 1}, 0, sums);
}

void Contractive::differentiate(const PassView& pass, double weight, std::span<double> sums, View grad_theta) const {
  std::fill(sums.begin(), sums.end(), 0.0);
  make_notes(*norm_, pass);
  const JacobianPoint point{pass};
  norm_->measure({&point, 1}, 0, sums, weight / static_cast<double>(pass.batch_rows), grad_theta);
}

double Contractive::value(ConstView, std::span<const double> sums, int64_t batch_rows) const {
  return norm_->value(sums) / static_cast<double>(batch_rows);
}

void Contractive::add_gradient(const PassView& pass, int layer, std::span<const double>, double, View grad) const {
  ops::add_scaled(1.0, pass.notes[layer], grad);
}

void Contractive::add_parameter_gradient(ConstView theta, std::span<const double> sums, int64_t batch_rows,
                                         double weight, int64_t first, View grad) const {
  norm_->add_parameter_gradient(theta, sums, weight / static_cast<double>(batch_rows), first, grad);
}

}  // namespace hourglass

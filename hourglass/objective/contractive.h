#pragma once

#include "hourglass/objective/jacobian/jacobian_penalty.h"

namespace hourglass {

/// Contractive penalty: the mean over rows of ‖J‖²_F, J = ∂h/∂x the Jacobian of the whole encoder (Rifai, Vincent,
/// Muller, Glorot and Bengio, "Contractive auto-encoders: explicit invariance during feature extraction", ICML 2011).
class Contractive final : public JacobianPenalty {
 public:
  /// Throws Error when "exact" would take more than 100 times a plain step, unless forced.
  Contractive(const ContractiveConfig& config, const Network& network, uint64_t seed);

  std::string_view name() const override { return "contractive"; }

 private:
  void measure(ConstView theta, const JacobianPoint& point, std::span<double> sums, double scale,
               View grad_theta) const override;
};

}  // namespace hourglass

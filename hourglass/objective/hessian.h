#pragma once

#include "hourglass/objective/jacobian/jacobian_penalty.h"

namespace hourglass {

/// Stochastic Hessian penalty of the CAE+H: the mean over rows and over noise vectors ε ~ N(0, σ²I) of
/// ‖J(x) − J(x+ε)‖²_F, where J is the Jacobian of the whole encoder (Rifai, Mesnil, Vincent, Muller, Bengio, Dauphin
/// and Glorot, "Higher order contractive auto-encoder", ECML 2011, eq. 4). The noise is a function of (seed, epoch,
/// sample, feature, draw). Each noise vector costs a forward and backward pass of the encoder and twice a contractive
/// penalty.
class Hessian final : public JacobianPenalty {
 public:
  /// Throws Error when "exact" would take more than 100 times a plain step, unless forced.
  Hessian(const HessianConfig& config, const Network& network, uint64_t seed);

  std::string_view name() const override { return "hessian"; }
  std::string method() const override;
  double cost() const override { return static_cast<double>(samples()) * (2 * norm().cost() + 0.5); }

 private:
  void measure(ConstView theta, const JacobianPoint& point, std::span<double> sums, double scale,
               View grad_theta) const override;
  /// Takes the gradients saved at the noisy point back through the encoder; grad_theta accumulated.
  void backward(ConstView theta, MicroBatch& noisy, std::span<View> saved, View grad_theta) const;

  double std_;
  Random random_;
};

}  // namespace hourglass

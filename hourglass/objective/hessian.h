#pragma once

#include "hourglass/objective/jacobian_norm.h"

namespace hourglass {

/// The stochastic Hessian penalty of the CAE+H, mean over rows and over noises ε ~ N(0, σ²I) of ‖J(x) − J(x+ε)‖²_F, J
/// the whole encoder's Jacobian (Rifai, Mesnil, Vincent, Muller, Bengio, Dauphin and Glorot, "Higher order contractive
/// auto-encoder", ECML 2011, eq. 4). Keyed by (seed, epoch, sample, feature, noise). Each noise costs a forward and
/// backward pass of the encoder and twice a contractive penalty.
class Hessian final : public Penalty {
 public:
  /// Throws Error when "exact" would take more than 100 times a plain step, unless forced.
  Hessian(const HessianConfig& config, const Network& network, uint64_t seed);

  std::string_view name() const override { return "hessian"; }
  std::string route() const override;
  double cost() const override { return static_cast<double>(samples_) * (2 * norm_->cost() + 0.5); }
  int64_t statistics() const override { return norm_->statistics(); }
  bool has_own_passes() const override { return true; }
  bool watches(int layer) const override { return norm_->watches(layer); }
  void prepare(ConstView theta) override { norm_->prepare(theta); }
  void observe(const PassView& pass, std::span<double> sums) const override;
  void differentiate(const PassView& pass, double weight, std::span<double> sums, View grad_theta) const override;
  double value(ConstView theta, std::span<const double> sums, int64_t batch_rows) const override;
  void add_gradient(const PassView& pass, int layer, std::span<const double> sums, double weight,
                    View grad) const override;
  void add_parameter_gradient(ConstView theta, std::span<const double> sums, int64_t batch_rows, double weight,
                              int64_t first, View grad) const override;

 private:
  /// sums assigned; unless grad_theta is empty, the gradient of scale · Σ over rows and noises too.
  void measure(const PassView& pass, std::span<double> sums, double scale, View grad_theta) const;
  /// One noisy forward pass of the encoder, and the backward pass of what its notes hold.
  Activations encode_noisy(const PassView& pass, uint32_t draw, View input) const;
  void backward(const PassView& noisy, View grad_theta) const;
  /// 1 / (rows · noises).
  double share(int64_t batch_rows) const { return 1.0 / static_cast<double>(batch_rows * samples_); }

  std::unique_ptr<JacobianNorm> norm_;
  double std_;
  int64_t samples_;  ///< noises per row
  Random random_;
};

}  // namespace hourglass

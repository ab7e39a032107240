#pragma once

#include "hourglass/objective/jacobian/jacobian_norm.h"

namespace hourglass {

/// Closed form for an encoder of one dense layer z = W x + b and an optional activation s, without the Jacobian itself
/// (Rifai et al., "Contractive auto-encoders", ICML 2011). With t_j = Σ_p sign_p s'(z_pj) for each row:
///
///   value          = Σ_rows Σ_j t_j² ‖W_j‖²
///   ∂value/∂z_pj   = 2 sign_p t_j s''(z_pj) ‖W_j‖²
///   ∂value/∂W_j    = 2 (Σ_rows t_j²) W_j     (in addition to the gradient through z)
class JacobianClosed final : public JacobianNorm {
 public:
  explicit JacobianClosed(const Network& network);

  /// True if the encoder is one dense layer, on the input itself, and at most one activation.
  static bool fits(const Network& network);

  std::string method() const override { return "closed form"; }
  double cost() const override { return 6.0 * static_cast<double>(units_) / network_.products(); }
  int64_t statistics() const override { return units_; }
  bool has_gradient_at(int layer) const override { return layer == dense_; }
  void prepare(ConstView theta) override;
  void measure(ConstView theta, std::span<const JacobianPoint> points, uint32_t draw, std::span<double> sums,
               double scale, View grad_theta) const override;
  double value(std::span<const double> sums) const override;
  void add_parameter_gradient(ConstView theta, std::span<const double> sums, double scale, int64_t first,
                              View grad) const override;

 private:
  void derivatives(const MicroBatch& batch, View first, View second) const;

  const Network& network_;
  int dense_;  ///< the layer whose output is z
  Parameter weight_;
  int64_t units_;
  std::vector<double> row_norms_;  ///< ‖W_j‖², of this step's θ
};

}  // namespace hourglass

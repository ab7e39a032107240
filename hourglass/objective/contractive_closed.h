#pragma once

#include "hourglass/objective/penalty.h"

namespace hourglass {

/// The squared Frobenius norm of the encoder's Jacobian (Rifai et al., "Contractive auto-encoders", ICML 2011), for an
/// encoder of one dense layer and an optional activation, in closed form: no Jacobian is ever formed.
///
///   value         = (1/N) Σ_n Σ_j s'(z_nj)² ‖W_j‖²
///   ∂value/∂z_nj  = (2/N) s'(z_nj) s''(z_nj) ‖W_j‖²
///   ∂value/∂W_j   = (2/N) (Σ_n s'(z_nj)²) W_j     (beside what flows through z)
class ContractiveClosed final : public Penalty {
 public:
  explicit ContractiveClosed(const Network& network);

  /// The encoder is one dense layer, on the input itself, and at most one activation.
  static bool fits(const Network& network);

  std::string_view name() const override { return "contractive"; }
  int64_t statistics() const override { return units_; }
  bool watches(int layer) const override { return layer == dense_; }
  void prepare(ConstView theta) override;
  void observe(const PassView& pass, std::span<double> sums) const override;
  double value(ConstView theta, std::span<const double> sums, int64_t batch_rows) const override;
  void add_gradient(const PassView& pass, int layer, std::span<const double> sums, double weight,
                    View grad) const override;
  void add_parameter_gradient(ConstView theta, std::span<const double> sums, int64_t batch_rows, double weight,
                              int64_t first, View grad) const override;

 private:
  /// Identity when there is none.
  Activation activation() const { return output_ > dense_ ? *network_.layer(output_).activation() : Activation{}; }

  const Network& network_;
  int dense_;   ///< the layer whose output is z
  int output_;  ///< the layer whose output is h
  Parameter weight_;
  int64_t units_;
  std::vector<double> row_norms_;  ///< ‖W_j‖², of this step's θ
};

}  // namespace hourglass

#pragma once

#include "hourglass/objective/jacobian_norm.h"

namespace hourglass {

/// The contractive penalty, mean over rows of ‖∂h/∂x‖²_F of the whole encoder (Rifai, Vincent, Muller, Glorot and
/// Bengio, "Contractive auto-encoders: explicit invariance during feature extraction", ICML 2011).
class Contractive final : public Penalty {
 public:
  explicit Contractive(std::unique_ptr<JacobianNorm> norm) : norm_(std::move(norm)) {}

  std::string_view name() const override { return "contractive"; }
  std::string route() const override { return norm_->route(); }
  double cost() const override { return norm_->cost(); }
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
  std::unique_ptr<JacobianNorm> norm_;
};

/// Throws Error when "exact" would take more than 100 times a plain step, unless `force`d.
std::unique_ptr<Penalty> make_contractive(const ContractiveConfig& config, const Network& network, uint64_t seed);

/// Space in the pass's notes for the gradients at every layer the norm watches, zeroed.
void make_notes(const JacobianNorm& norm, const PassView& pass);

}  // namespace hourglass

#pragma once

#include "hourglass/objective/jacobian/jacobian_norm.h"

namespace hourglass {

/// A penalty that is the mean over rows, and over `samples` looks at each, of a norm of the encoder's Jacobian.
class JacobianPenalty : public Penalty {
 public:
  std::string route() const override { return norm_->route(); }
  double cost() const override { return norm_->cost(); }
  int64_t statistics() const final { return norm_->statistics(); }
  bool has_own_passes() const final { return true; }
  bool watches(int layer) const final { return norm_->watches(layer); }
  void prepare(ConstView theta) final { norm_->prepare(theta); }
  void observe(const PassView& pass, std::span<double> sums) const final;
  void differentiate(const PassView& pass, double weight, std::span<double> sums, View grad_theta) const final;
  double value(ConstView theta, std::span<const double> sums, int64_t batch_rows) const final;
  void add_gradient(const PassView& pass, int layer, std::span<const double> sums, double weight,
                    View grad) const final;
  void add_parameter_gradient(ConstView theta, std::span<const double> sums, int64_t batch_rows, double weight,
                              int64_t first, View grad) const final;

 protected:
  JacobianPenalty(std::unique_ptr<JacobianNorm> norm, int64_t samples) : norm_(std::move(norm)), samples_(samples) {}

  const JacobianNorm& norm() const { return *norm_; }
  int64_t samples() const { return samples_; }
  /// sums accumulated over rows and samples. Unless grad_theta is empty, so is the gradient of scale · their value, in
  /// grad_theta and in the pass's notes, which are there.
  virtual void measure(const PassView& pass, std::span<double> sums, double scale, View grad_theta) const = 0;
  /// Space in the pass's notes for the gradients at every layer the norm watches, zeroed.
  void make_notes(const PassView& pass) const;

 private:
  double share(int64_t batch_rows) const { return 1.0 / static_cast<double>(batch_rows * samples_); }

  std::unique_ptr<JacobianNorm> norm_;
  int64_t samples_;
};

}  // namespace hourglass

#pragma once

#include "hourglass/objective/jacobian/jacobian_norm.h"

namespace hourglass {

/// Base class of penalties on the encoder's Jacobian: the mean of a JacobianNorm over rows and over `samples` points of
/// each row.
class JacobianPenalty : public Penalty {
 public:
  std::string method() const override { return norm_->method(); }
  double cost() const override { return norm_->cost(); }
  int64_t statistics() const final { return norm_->statistics(); }
  bool has_own_backward() const final { return true; }
  bool has_gradient_at(int layer) const final { return norm_->has_gradient_at(layer); }
  void prepare(ConstView theta, const PassContext&) final { norm_->prepare(theta); }
  void observe(ConstView theta, const MicroBatch& batch, std::span<double> sums) const final;
  void differentiate(ConstView theta, const MicroBatch& batch, double weight, std::span<double> sums,
                     std::span<View> saved, View grad_theta) const final;
  double value(ConstView theta, std::span<const double> sums, int64_t batch_rows) const final;
  void add_gradient(const MicroBatch& batch, int layer, std::span<const double> sums, double weight,
                    std::span<const View> saved, View grad) const final;
  void add_parameter_gradient(ConstView theta, std::span<const double> sums, int64_t batch_rows, double weight,
                              int64_t first, View grad) const final;

 protected:
  JacobianPenalty(std::unique_ptr<JacobianNorm> norm, int64_t samples) : norm_(std::move(norm)), samples_(samples) {}

  const JacobianNorm& norm() const { return *norm_; }
  int64_t samples() const { return samples_; }
  /// sums accumulated: the statistics of these rows, over all samples. Unless grad_theta is empty, the gradient of
  /// scale · value is accumulated in grad_theta and in point.saved.
  virtual void measure(ConstView theta, const JacobianPoint& point, std::span<double> sums, double scale,
                       View grad_theta) const = 0;
  /// saved assigned views of zeros in the micro-batch's arena, for every layer at whose output the norm has a gradient.
  void allocate_saved(const MicroBatch& batch, std::span<View> saved) const;

 private:
  double share(int64_t batch_rows) const { return 1.0 / static_cast<double>(batch_rows * samples_); }

  std::unique_ptr<JacobianNorm> norm_;
  int64_t samples_;
};

}  // namespace hourglass

#pragma once

#include "hourglass/objective/penalty.h"

namespace hourglass {

/// L2 penalty: the sum of squares of all weight tensors, without biases.
///
///   value      = Σ W²
///   ∂value/∂W  = 2 W
class WeightDecay final : public Penalty {
 public:
  explicit WeightDecay(const Network& network) : parameters_(network.parameters()) {}

  std::string_view name() const override { return "weight_decay"; }
  double value(ConstView theta, std::span<const double> sums, int64_t batch_rows) const override;
  void add_parameter_gradient(ConstView theta, std::span<const double> sums, int64_t batch_rows, double weight,
                              int64_t first, View grad) const override;

 private:
  std::span<const Parameter> parameters_;
};

}  // namespace hourglass

#pragma once

#include <map>
#include <string>
#include <vector>

#include "hourglass/optim/config.h"
#include "hourglass/tensor/ops.h"

namespace hourglass {

/// The names of an optimiser's state tensors: {"adam.m", "adam.v"}.
std::vector<std::string> optimizer_state_names(const OptimizerConfig& config);

/// Updates the parameters θ from their gradient, one slice at a time, so that threads can process different slices.
class Optimizer {
 public:
  Optimizer(const OptimizerConfig& config, DType dtype, int64_t parameter_count);

  /// From now on every update moves `average` (parameter_count) too: ē_t = d·ē_{t−1} + (1 − d)·θ_t, with d = `decay`
  /// and without a bias correction: ē_0 is what `average` holds (Polyak & Juditsky 1992; the exponential form as in
  /// Tarvainen & Valpola 2017).
  void average_weights(double decay, View average);

  /// Updates θ[first, first + gradient.size()) in optimiser step `step` (from 1) with learning rate `rate`.
  void update(int64_t step, double rate, int64_t first, ConstView gradient, View theta);

  double learning_rate() const { return config_.learning_rate; }
  /// State tensors by name ("adam.m"), each of shape (parameter_count); part of checkpoints.
  std::map<std::string, View> state();

 private:
  void move(int64_t step, double rate, int64_t first, ConstView gradient, View w);

  OptimizerConfig config_;
  std::vector<Tensor> state_;
  double decay_ = 0;
  View average_;
};

}  // namespace hourglass

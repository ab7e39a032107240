#pragma once

#include <map>
#include <string>
#include <vector>

#include "hourglass/optim/config.h"
#include "hourglass/tensor/ops.h"

namespace hourglass {

/// Updates the parameters θ from their gradient, one slice at a time, so that threads can process different slices.
class Optimizer {
 public:
  Optimizer(const OptimizerConfig& config, DType dtype, int64_t parameter_count);

  /// Updates θ[first, first + gradient.size()) in optimiser step `step` (from 1) with learning rate `rate`.
  void update(int64_t step, double rate, int64_t first, ConstView gradient, View theta);

  double learning_rate() const { return config_.learning_rate; }
  /// State tensors by name ("adam.m"), each of shape (parameter_count); part of checkpoints.
  std::map<std::string, View> state();

 private:
  OptimizerConfig config_;
  std::vector<Tensor> moments_;
};

/// Factor of the learning rate in step t = 0 … total − 1. During warm-up (t < w): (t + 1)/w. Afterwards, constant: 1;
/// cosine (Loshchilov & Hutter 2017, without restarts): f + (1 − f)·½(1 + cos(π (t − w)/(total − w))).
double schedule_factor(const ScheduleConfig& schedule, int64_t step, int64_t total);

}  // namespace hourglass

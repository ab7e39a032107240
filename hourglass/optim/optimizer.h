#pragma once

#include <map>
#include <string>
#include <vector>

#include "hourglass/optim/config.h"
#include "hourglass/tensor/ops.h"

namespace hourglass {

/// Moves θ against its gradient, one part of it at a time, so that parts can be handled by different threads.
class Optimizer {
 public:
  Optimizer(const OptimizerConfig& config, DType dtype, int64_t parameter_count);

  /// Updates θ[first, first + gradient.size()) for optimiser step `step` (from 1) at the given learning rate.
  void update(int64_t step, double rate, int64_t first, ConstView gradient, View theta);

  double learning_rate() const { return config_.learning_rate; }
  /// The running state by name ("adam.m"), each (parameter_count): what a checkpoint must keep.
  std::map<std::string, View> state();

 private:
  OptimizerConfig config_;
  std::vector<Tensor> moments_;
};

/// The learning rate's factor for step t = 0 … total − 1. During warm-up (t < w): (t + 1)/w. After it, constant: 1;
/// cosine (Loshchilov & Hutter 2017, without restarts): f + (1 − f)·½(1 + cos(π (t − w)/(total − w))).
double schedule_factor(const ScheduleConfig& schedule, int64_t step, int64_t total);

}  // namespace hourglass

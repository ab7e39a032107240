#include "hourglass/optim/optimizer.h"

#include <cmath>
#include <numbers>

namespace hourglass {

Optimizer::Optimizer(const OptimizerConfig& config, DType dtype, int64_t parameter_count) : config_(config) {
  const int count = config.kind == OptimizerKind::adam ? 2 : 1;
  for (int i = 0; i < count; ++i) moments_.emplace_back(dtype, Shape{parameter_count});
}

void Optimizer::update(int64_t step, double rate, int64_t first, ConstView gradient, View theta) {
  const Shape shape{gradient.size()};
  const View w = theta.part(first, shape), m = moments_[0].view().part(first, shape);
  if (config_.kind == OptimizerKind::adam)
    ops::adam({rate, config_.beta1, config_.beta2, config_.epsilon, step}, gradient, w, m,
              moments_[1].view().part(first, shape));
  else
    ops::sgd(rate, config_.momentum, gradient, w, m);
}

std::map<std::string, View> Optimizer::state() {
  if (config_.kind == OptimizerKind::adam) return {{"adam.m", moments_[0]}, {"adam.v", moments_[1]}};
  return {{"sgd.momentum", moments_[0]}};
}

double schedule_factor(const ScheduleConfig& s, int64_t step, int64_t total) {
  if (step < s.warmup_steps) return static_cast<double>(step + 1) / static_cast<double>(s.warmup_steps);
  if (s.kind == ScheduleKind::constant) return 1.0;
  const double progress = static_cast<double>(step - s.warmup_steps) / static_cast<double>(total - s.warmup_steps);
  return s.final_factor + (1 - s.final_factor) * 0.5 * (1 + std::cos(std::numbers::pi * progress));
}

}  // namespace hourglass

#include "hourglass/optim/optimizer.h"

namespace hourglass {

std::vector<std::string> optimizer_state_names(const OptimizerConfig& config) {
  switch (config.kind) {
    case OptimizerKind::adam:
      return {"adam.m", "adam.v"};
    case OptimizerKind::adamw:
      return {"adamw.m", "adamw.v"};
    case OptimizerKind::rmsprop:
      return {"rmsprop.v", "rmsprop.momentum"};
    case OptimizerKind::sgd:
      break;
  }
  return {"sgd.momentum"};
}

Optimizer::Optimizer(const OptimizerConfig& config, DType dtype, int64_t parameter_count) : config_(config) {
  state_.resize(optimizer_state_names(config).size());
  for (Tensor& tensor : state_) tensor = Tensor(dtype, Shape{parameter_count});
}

void Optimizer::average_weights(double decay, View average) {
  decay_ = decay;
  average_ = average;
}

void Optimizer::update(int64_t step, double rate, int64_t first, ConstView gradient, View theta) {
  const Shape shape{gradient.size()};
  const View w = theta.part(first, shape);
  move(step, rate, first, gradient, w);
  if (!average_) return;
  const View average = average_.part(first, shape);
  ops::scale(decay_, average);
  ops::add_scaled(1 - decay_, w, average);
}

void Optimizer::move(int64_t step, double rate, int64_t first, ConstView gradient, View w) {
  const auto state = [&](size_t i) { return state_[i].view().part(first, Shape{gradient.size()}); };
  const OptimizerConfig& c = config_;
  const double decay = c.kind == OptimizerKind::adamw ? c.weight_decay : 0;
  switch (c.kind) {
    case OptimizerKind::adam:
    case OptimizerKind::adamw:
      return ops::adam({rate, c.beta1, c.beta2, c.epsilon, step, decay}, gradient, w, state(0), state(1));
    case OptimizerKind::rmsprop:
      return ops::rmsprop({rate, c.alpha, c.epsilon, c.momentum}, gradient, w, state(0), state(1));
    case OptimizerKind::sgd:
      return ops::sgd({rate, c.momentum, c.nesterov}, gradient, w, state(0));
  }
}

std::map<std::string, View> Optimizer::state() {
  std::map<std::string, View> all;
  const auto names = optimizer_state_names(config_);
  for (size_t i = 0; i < names.size(); ++i) all[names[i]] = state_[i];
  return all;
}

}  // namespace hourglass

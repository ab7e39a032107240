#include "hourglass/train/divergence_guard.h"

#include <cmath>

#include "hourglass/base/error.h"

namespace hourglass {

DivergenceGuard::DivergenceGuard(Autoencoder& model, Optimizer& optimizer)
    : model_(model), optimizer_(optimizer), last_finite_(model) {}

void DivergenceGuard::snapshot_weights(const std::string& when) {
  last_finite_.take(model_);
  snapshot_time_ = when;
}

std::string DivergenceGuard::non_finite_tensor() const {
  const auto is_finite = [](ConstView view) { return std::isfinite(ops::sum_of_squares(view)); };
  for (const auto& [name, view] : model_.weights())
    if (!is_finite(view)) return name;
  for (const auto& [name, view] : optimizer_.state())
    if (!is_finite(view)) return name;
  return "";
}

std::string DivergenceGuard::restore_weights(int64_t epoch, int64_t step) {
  const std::string tensor = non_finite_tensor();
  last_finite_.restore(model_);
  return fmt::format(
      "diverged at epoch {} step {}: {} is not finite; the weights {} are kept. A smaller learning rate than {} may "
      "help",
      epoch, step, tensor.empty() ? "the loss" : "tensor " + tensor, snapshot_time_, optimizer_.learning_rate());
}

}  // namespace hourglass

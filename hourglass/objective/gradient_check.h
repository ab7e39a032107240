#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hourglass/objective/objective.h"

namespace hourglass {

/// Analytic gradient of one parameter tensor compared with finite differences.
struct GradientCheck {
  std::string parameter;
  int64_t checked = 0;
  int64_t skipped = 0;          ///< entries next to a kink: a relu, an absolute value or a max-pool changes sides
  double relative_error = 0.0;  ///< ‖analytic − numeric‖ / ‖numeric‖ over the checked entries
};

/// Checks the gradient of the whole objective for a micro-batch (f64) that has begun, on up to `entries` evenly spaced
/// elements of each parameter. Uses five-point central differences of step 1e-4·max(1, |w|), or a tenth or a hundredth
/// of it if that crosses a kink: a sign or the maximum of a pooling window differs between the five points, or half the
/// step gives another value. An entry whose smallest step crosses a kink is skipped. Rounding errors of the losses are
/// subtracted from each difference. θ is restored.
std::vector<GradientCheck> check_gradient(Objective& objective, TrainingBatch& batch, View theta, int64_t entries);

}  // namespace hourglass

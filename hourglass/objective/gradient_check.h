#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hourglass/objective/objective.h"

namespace hourglass {

/// One parameter tensor's analytic gradient against finite differences.
struct GradientCheck {
  std::string parameter;
  int64_t checked = 0;
  int64_t skipped = 0;          ///< entries next to a kink: a relu, an absolute value or a max-pool changes sides
  double relative_error = 0.0;  ///< ‖analytic − numeric‖ / ‖numeric‖ over the checked entries
};

/// Checks the whole objective's gradient for a micro-batch (f64) that has begun, on up to `entries` evenly spread
/// elements of each parameter. Five-point central differences of step 1e-4·max(1, |w|), or a tenth or a hundredth of it
/// where that crosses a kink: any sign or max-pool winner differs between the five points, or half the step gives
/// another value. An entry whose smallest step still does is skipped. What rounding of the losses can explain is taken
/// off each difference. θ is put back.
std::vector<GradientCheck> check_gradient(Objective& objective, TrainingBatch& batch, View theta, int64_t entries);

}  // namespace hourglass

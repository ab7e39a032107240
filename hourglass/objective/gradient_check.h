#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "hourglass/objective/objective.h"

namespace hourglass {

/// Analytic gradient of one parameter tensor compared with finite differences.
struct GradientCheck {
  std::string parameter;
  int64_t size = 0;  ///< entries of the parameter
  int64_t checked = 0;
  int64_t skipped = 0;          ///< entries next to a kink: a relu, an absolute value or a max-pool changes sides
  int64_t too_small = 0;        ///< entries whose gradient is below what rounding adds to the finite difference
  double relative_error = 0.0;  ///< ‖analytic − numeric‖ / ‖numeric‖ over the checked entries
};

/// Receives the fraction of the entries that are done; returns whether to continue.
using CheckProgress = std::function<bool(double done)>;

/// Checks the gradient of the whole objective for a micro-batch (f64) that has begun, on up to `entries` evenly spaced
/// elements of each parameter. Uses five-point central differences of step h = 1e-4·max(1, |w|), or a tenth or a
/// hundredth of it if that crosses a kink: a sign or the maximum of a pooling window differs between the five points,
/// or half the step gives another value. An entry whose smallest step crosses a kink is skipped.
///
/// Rounding of the losses L, sums over n elements, adds up to 1.5 ε·(8 + √n)·|L| / h to a difference, with ε = 2⁻⁵².
/// That is subtracted from each difference, and an entry whose analytic and numeric gradients are both below twice as
/// much is too small to check. θ is restored. When `progress` returns false, the results so far are returned.
std::vector<GradientCheck> check_gradient(Objective& objective, TrainingBatch& batch, View theta, int64_t entries,
                                          const CheckProgress& progress = {});

}  // namespace hourglass

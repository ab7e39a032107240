#pragma once

#include <vector>

#include "hourglass/eval/measured_rows.h"

namespace hourglass {

/// How the metrics of the encoder's Jacobian are measured.
struct JacobianOptions {
  int64_t probes = 0;  ///< random probes per row; 0: exact
  bool exact = false;  ///< exact even where that takes more than 100 times a plain training step
};

/// ‖∂h/∂x‖²_F of every row at the encoder's input, or with probes its unbiased estimate. Each row is measured by
/// itself: the result does not depend on chunks or threads; probes are keyed by what the row holds.
std::vector<double> squared_jacobian_norms(const MeasuredRows& rows, int64_t probes);

/// Throws Error, naming the cost, where the exact norm would take too long and neither probes nor exact is set.
void check_jacobian_cost(const Network& network, const JacobianOptions& options);

}  // namespace hourglass

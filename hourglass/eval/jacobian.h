#pragma once

#include <vector>

#include "hourglass/eval/measured_rows.h"

namespace hourglass {

/// How metrics of the encoder's Jacobian are computed.
struct JacobianOptions {
  int64_t probes = 0;  ///< Hutchinson probe vectors per row for an estimate; 0: exact
  bool exact = false;  ///< exact even where the cost exceeds 100 plain training steps
};

/// ‖∂h/∂x‖²_F at the encoder's input for every row, exact or, with `probes` > 0, an unbiased estimate. Results do not
/// depend on chunks or threads: probe vectors are keyed by the content of the row.
std::vector<double> squared_jacobian_norms(const MeasuredRows& rows, int64_t probes);

/// Throws Error, stating the cost, where the exact norm is too expensive and the options ask for neither probes nor
/// exact.
void check_jacobian_cost(const Network& network, const JacobianOptions& options);

}  // namespace hourglass

#pragma once

#include <vector>

#include "hourglass/model/inference.h"

namespace hourglass {

/// How the metrics of the encoder's Jacobian are measured.
struct JacobianOptions {
  int64_t probes = 0;  ///< random probes per row; 0: exact
  bool exact = false;  ///< exact even where that takes more than 100 times a plain training step
};

/// ‖∂h/∂x‖²_F of every row at the encoder's input, or with probes its unbiased estimate. Each row is measured by
/// itself: the result does not depend on chunks or threads. Throws Error, naming the cost, where exact rows would take
/// too long.
std::vector<double> squared_jacobian_norms(const Autoencoder& model, const Inference& inference, const Dataset& data,
                                           const Inference::Disturb& disturb, const JacobianOptions& options);

}  // namespace hourglass

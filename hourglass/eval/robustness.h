#pragma once

#include "hourglass/eval/measured_rows.h"
#include "hourglass/objective/corruption.h"

namespace hourglass {

/// Effect of corrupted inputs x̃ on encoder f and decoder g, compared with the clean x.
struct Robustness {
  double noise = 0;          ///< mean over N·D of (x̃ − x)²: the error of the identity
  double corrupted_mse = 0;  ///< mean over N·D of (g(f(x̃)) − x)²
  /// √(Σ‖f(x̃) − f(x)‖² / Σ‖f(x) − mean f‖²): displacement of the code in units of its standard deviation.
  double code_displacement = 0;
};

/// Measures the effect of a corruption. It is keyed by the content of the row, so that every model sees the same
/// corrupted rows. code_displacement is infinite or NaN where the code is constant.
Robustness robustness(const MeasuredRows& rows, const CorruptionConfig& corruption);

}  // namespace hourglass

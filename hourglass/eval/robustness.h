#pragma once

#include "hourglass/eval/measured_rows.h"
#include "hourglass/objective/corruption.h"

namespace hourglass {

/// What corrupted inputs x̃ do to a model f, g, beside the clean x.
struct Robustness {
  double noise = 0;          ///< mean over N·D of (x̃ − x)²: what returning the input would give
  double corrupted_mse = 0;  ///< mean over N·D of (g(f(x̃)) − x)²: of the reconstruction
  double code_displacement =
      0;  ///< √(Σ‖f(x̃) − f(x)‖² / Σ‖f(x) − mean f‖²): of the representation, in units of its spread
};

/// The corruption of a row is keyed by what the row holds: every model sees the same. code_displacement is infinite or
/// NaN where the code is the same for all rows.
Robustness robustness(const MeasuredRows& rows, const CorruptionConfig& corruption);

}  // namespace hourglass

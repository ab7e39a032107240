#pragma once

#include <span>
#include <vector>

#include "hourglass/eval/measured_rows.h"

namespace hourglass {

/// How the encoder shrinks or stretches distances (Rifai et al., "Contractive auto-encoders", ICML 2011, section 5.3):
/// ratios[i] = mean over rows of ‖f(x + δ) − f(x)‖ / ‖δ‖, δ of norm radii[i] in a random direction.
struct ContractionCurve {
  std::vector<double> radii, ratios;

  bool operator==(const ContractionCurve&) const = default;
};

/// What radii are unless others are asked for.
inline const std::vector<double> kRadii = {0.25, 0.5, 1, 2, 4, 8};

/// Around the encoder's inputs; each row has one direction, uniform on the sphere and the same for all radii, keyed by
/// what the row holds. Radii are above 0.
ContractionCurve contraction_curve(const MeasuredRows& rows, std::span<const double> radii);

}  // namespace hourglass

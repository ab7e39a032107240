#pragma once

#include <span>
#include <vector>

#include "hourglass/eval/measured_rows.h"
#include "hourglass/eval/metric_value.h"

namespace hourglass {

/// What radii are unless others are asked for.
inline const std::vector<double> kRadii = {0.25, 0.5, 1, 2, 4, 8};

/// Around the encoder's inputs; each row has one direction, uniform on the sphere and the same for all radii, keyed by
/// what the row holds. Radii are above 0.
ContractionCurve contraction_curve(const MeasuredRows& rows, std::span<const double> radii);

}  // namespace hourglass

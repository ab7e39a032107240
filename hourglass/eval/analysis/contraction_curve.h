#pragma once

#include <span>
#include <vector>

#include "hourglass/eval/measured_rows.h"
#include "hourglass/eval/metric_value.h"

namespace hourglass {

/// Default radii of the contraction curve.
inline const std::vector<double> kRadii = {0.25, 0.5, 1, 2, 4, 8};

/// The contraction curve around the encoder's inputs for the given radii, all > 0. Each row has one direction, uniform
/// on the sphere, the same for all radii and keyed by the content of the row.
ContractionCurve contraction_curve(const MeasuredRows& rows, std::span<const double> radii);

}  // namespace hourglass

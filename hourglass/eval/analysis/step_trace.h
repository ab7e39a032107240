#pragma once

#include "hourglass/eval/analysis/analysis.h"
#include "hourglass/recipe/recipe.h"

namespace hourglass {

/// Scores of the steps that the windows cover, in the order of the series, at most kTracePoints of them.
StepTrace trace_steps(const AnomalyDetector& detector, const Dataset& windows, StepScore how);
inline constexpr size_t kTracePoints = 2000;

}  // namespace hourglass

#pragma once

#include "hourglass/eval/analysis/analysis.h"
#include "hourglass/eval/measured_rows.h"

namespace hourglass {

/// Scores the given rows of the data. `progress` may be null; what it throws ends the computation.
ScoreSummary summarise_scores(const AnomalyDetector& detector, const Dataset& data, std::span<const uint32_t> rows,
                              const EvaluationProgress& progress);

}  // namespace hourglass

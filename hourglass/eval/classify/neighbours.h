#pragma once

#include "hourglass/eval/classify/labelled_codes.h"
#include "hourglass/eval/measured_rows.h"

namespace hourglass {

/// k of knn_error.
inline constexpr int64_t kNeighbours = 5;

/// Error of the k-nearest-neighbours classifier: the fraction of test rows whose label is not the most frequent one
/// among the k nearest training codes by Euclidean distance; of equally frequent labels the smallest counts. Distances
/// are ‖a‖² − 2⟨a, b⟩ + ‖b‖² with products in the codes' element type; equal distances are ordered by row.
/// Precondition: 1 ≤ k ≤ number of training rows.
double nearest_neighbour_error(const ClassifiedCodes& codes, int64_t k, int threads,
                               const EvaluationProgress& progress = {});

}  // namespace hourglass

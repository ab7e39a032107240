#pragma once

#include "hourglass/eval/classify/labelled_codes.h"
#include "hourglass/eval/measured_rows.h"

namespace hourglass {

/// k of knn_error.
inline constexpr int64_t kNeighbours = 5;

/// The fraction of test rows whose label is not what most of the k nearest training codes carry, by Euclidean distance;
/// of labels that are as many, the smallest wins. Distances are ‖a‖² − 2⟨a, b⟩ + ‖b‖² in the codes' own type; training
/// codes as near as each other to rounding come in their order. k is at most the number of training rows.
double nearest_neighbour_error(const ClassifiedCodes& codes, int64_t k, int threads,
                               const EvaluationProgress& progress = {});

}  // namespace hourglass

#pragma once

#include <span>
#include <vector>

#include "hourglass/model/anomaly.h"
#include "hourglass/recipe/recipe.h"

namespace hourglass {

/// Scores of the time steps of series. With e_wtk, what column k of step t in window w adds to the window's score, the
/// error of the step in that window is T Σ_k e_wtk for windows of T steps: the mean over a window's steps is its score.
///
///   score_t = mean, or maximum, over the windows w that cover step t, of T Σ_k e_wtk
struct StepScores {
  std::vector<double> score;  ///< one per step of the series; NaN where no window covers it
  std::vector<double> terms;  ///< (steps, columns): of which a score is the sum; for the maximum those of its window
};

/// Scores the steps that the windows cover. Memory is two doubles a step and one for each of its columns, beside that
/// of for_each_terms, which also has the errors.
StepScores step_scores(std::span<const AnomalyDetector> detectors, const Dataset& windows, StepScore how);

/// Assigns the threshold for which a share scale.quantile of the steps that the given windows cover score at most 1.
/// Throws Error where most of them are reconstructed exactly.
void fit_step_threshold(const Inference& inference, const Dataset& windows, std::span<const uint32_t> rows,
                        StepScore how, AnomalyScale& scale);

}  // namespace hourglass

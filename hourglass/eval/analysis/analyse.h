#pragma once

#include "hourglass/data/dataset.h"
#include "hourglass/eval/analysis/analysis.h"
#include "hourglass/eval/measured_rows.h"
#include "hourglass/model/autoencoder.h"
#include "hourglass/objective/corruption.h"
#include "hourglass/recipe/recipe.h"

namespace hourglass {

struct AnalysisOptions {
  int threads = 1;
  const AnomalyScale* anomaly = nullptr;  ///< null: rows are not scored
  EvaluationProgress progress = nullptr;  ///< what it throws ends the analysis
  StepScore steps = StepScore::mean;      ///< of series
};

/// Computes everything that a report shows. Every part uses as many rows as kPartProducts allows, so that the whole
/// takes seconds for data of any size; parts that do not apply or cost too much are listed in Analysis::omissions.
/// `corruption` is that of the training. Throws Error when the data do not fit the model or have no rows.
Analysis analyse(const Autoencoder& model, const Dataset& data, const Corruption& corruption,
                 const AnalysisOptions& options);

/// Reconstructs the first `rows` rows, from corrupted inputs if `corruption` is active. Examples::errors stays empty.
Examples reconstruct_samples(const Autoencoder& model, const Dataset& data, const Corruption& corruption, int64_t rows);

}  // namespace hourglass

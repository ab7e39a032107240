#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "hourglass/eval/analysis/contraction_curve.h"
#include "hourglass/eval/jacobian.h"
#include "hourglass/model/inference.h"
#include "hourglass/objective/config.h"

namespace hourglass {

/// Every name that can be asked for; definitions, reductions and costs are in docs/metrics.md. Two stand for several:
/// "pca" for pca_mse and pca_gap, and pca_angle where the decoder is linear; "all" for every metric that fits.
std::vector<std::string> metric_names();

struct EvaluationOptions {
  int threads = 1;
  Inference::Disturb disturb = nullptr;  ///< what the encoder sees instead of the clean input
  JacobianOptions jacobian = {};
  std::vector<double> radii = {};  ///< of contraction_ratio; empty: kRadii
  std::optional<CorruptionConfig> corruption =
      {};                          ///< of corrupted_mse and code_displacement; gaussian 0.2 unless given
  const Dataset* train = nullptr;  ///< labelled rows that probe_error and knn_error learn from
  EvaluationProgress progress = nullptr;
  /// Told what does not fit and is left out. Without it that is an Error, but for what a name for several stands for.
  std::function<void(const Omission&)> note = nullptr;
  int64_t chunk_rows = 256;  ///< worked on at a time; changes results by rounding only
};

/// Evaluates the named metrics over the whole data set, each once, with sums in double and independent of the number of
/// threads and of the order of rows. Throws Error for an unknown name, with the nearest known one, and where a metric
/// does not fit the model, the data or the options: before anything is measured, as far as that can be told.
Metrics evaluate(const Autoencoder& model, const Dataset& data, std::span<const std::string> names,
                 const EvaluationOptions& options = {});

}  // namespace hourglass

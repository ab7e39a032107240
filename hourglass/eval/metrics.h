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

/// Every name that evaluate() accepts: those of metric_table(), "pca" for pca_mse and pca_gap, and pca_angle where the
/// decoder is linear, and "all" for every metric that applies. docs/metrics.md defines them.
std::vector<std::string> metric_names();

/// What evaluate() needs besides the model and the data.
struct EvaluationOptions {
  int threads = 1;
  Inference::CorruptInput corrupt_input = nullptr;  ///< corrupts the encoder's input; null: the clean input
  JacobianOptions jacobian = {};
  std::vector<double> radii = {};  ///< of contraction_ratio; empty: kRadii
  /// Of corrupted_mse and code_displacement; gaussian 0.2 unless given.
  std::optional<CorruptionConfig> corruption = {};
  int64_t samples = 0;             ///< draws per row of log_likelihood; 0: kImportanceSamples
  const Dataset* train = nullptr;  ///< labelled rows to fit the classifiers of probe_error and knn_error on
  EvaluationProgress progress = nullptr;
  /// Called with each metric that does not apply and is skipped. Without it, a metric requested by its own name that
  /// does not apply is an Error.
  std::function<void(const Omission&)> note = nullptr;
  /// The most rows of a forward pass (Inference); changes results by rounding only.
  int64_t chunk_rows = Inference::kChunkRows;
};

/// Evaluates the named metrics over the whole data set, each once. Sums are in double and depend neither on the number
/// of threads nor on the order of rows. Throws Error for an unknown name, with the nearest known one, and where a
/// metric does not apply to the model, the data or the options: before the measurement starts wherever possible.
Metrics evaluate(const Autoencoder& model, const Dataset& data, std::span<const std::string> names,
                 const EvaluationOptions& options = {});

}  // namespace hourglass

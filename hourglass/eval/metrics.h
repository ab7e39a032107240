#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "hourglass/eval/jacobian.h"
#include "hourglass/model/inference.h"

namespace hourglass {

/// Names and values, in the order asked for.
using Metrics = std::vector<std::pair<std::string, double>>;

/// Every metric that can be asked for by name; definitions, reductions and costs are in docs/metrics.md. "pca" stands
/// for pca_mse and pca_gap, and pca_angle where the decoder is linear.
std::vector<std::string> metric_names();

struct EvaluationOptions {
  int threads = 1;
  Inference::Disturb disturb = nullptr;  ///< what the encoder sees instead of the clean input
  JacobianOptions jacobian = {};
};

/// Evaluates the named metrics over the whole data set, each once, with sums in double and independent of the number of
/// threads. Throws Error for an unknown name, with the nearest known one, and where a metric does not fit the model or
/// the data.
Metrics evaluate(const Autoencoder& model, const Dataset& data, std::span<const std::string> names,
                 const EvaluationOptions& options = {});

}  // namespace hourglass

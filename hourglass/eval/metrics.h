#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "hourglass/model/inference.h"

namespace hourglass {

/// Names and values, in the order asked for.
using Metrics = std::vector<std::pair<std::string, double>>;

/// Every metric that can be asked for by name.
///   bce              mean over rows and elements, from the logits (the decoder must end in a sigmoid)
///   bce_excess       bce − the data's own entropy, the bce of a perfect reconstruction
///   mse              mean over rows and elements of (r − x)²
///   fvu              Σ‖x−r‖² / Σ‖x−mean(x)‖², both sums over the whole set;  explained_variance = 1 − fvu
///   contractive      mean over rows of ‖∂h/∂x‖²_F
///   mean_activation  mean over rows and code units of h
std::vector<std::string> metric_names();

/// Evaluates the named metrics over the whole data set, with sums in double and independent of the number of threads.
/// Throws Error for an unknown name, with the nearest known one, and where a metric does not fit the model.
Metrics evaluate(const Autoencoder& model, const Dataset& data, std::span<const std::string> names, int threads,
                 const Inference::Disturb& disturb = nullptr);

}  // namespace hourglass

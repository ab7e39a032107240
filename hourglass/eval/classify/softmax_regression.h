#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "hourglass/eval/classify/labelled_codes.h"
#include "hourglass/eval/classify/lbfgs.h"

namespace hourglass {

/// Multinomial logistic regression: p(class | h) ∝ exp(w_class · h + b_class).
struct SoftmaxRegression {
  std::vector<int32_t> labels;     ///< of the classes, ascending
  std::vector<double> parameters;  ///< W (classes, units), row-major, then b

  int64_t classes() const { return static_cast<int64_t>(labels.size()); }
};

/// Minimises mean over rows of −ln p(label | h), plus decay/2 · ‖W‖². scikit-learn's C is 1/(decay · rows). Starts at
/// `start`, or from zero. Products run in the codes' own type, sums in double and in a fixed order.
/// `moments`, second_moments of these codes or of codes like them, changes how fast the minimum is found, not where it
/// is: the search, and so options.largest_slope, is in coordinates in which the loss bends about equally every way.
SoftmaxRegression fit_softmax_regression(const LabelledCodes& codes, ConstView moments, double decay, int threads,
                                         const MinimiserOptions& options = {}, const SoftmaxRegression& start = {});

/// What fit_softmax_regression minimises, for labels among the model's.
double softmax_regression_loss(const SoftmaxRegression& model, const LabelledCodes& codes, double decay, int threads);

/// The fraction of rows whose likeliest class is not their label.
double classification_error(const SoftmaxRegression& model, const LabelledCodes& codes, int threads);

}  // namespace hourglass

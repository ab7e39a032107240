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
  std::vector<double> parameters;  ///< W (classes, units), row-major, then b (classes)

  int64_t classes() const { return static_cast<int64_t>(labels.size()); }
};

/// Minimises the mean over rows of −ln p(label | h) plus decay/2 · ‖W‖² (scikit-learn's C is 1/(decay · rows)), from
/// `start` or from zero. Products are in the codes' element type, sums in double and in a fixed order. `moments`,
/// second_moments of these codes or of similar ones, preconditions the search: it changes the number of steps, not the
/// minimum. options.tolerance applies to the preconditioned gradient.
SoftmaxRegression fit_softmax_regression(const LabelledCodes& codes, ConstView moments, double decay, int threads,
                                         const MinimiserOptions& options = {}, const SoftmaxRegression& start = {});

/// What fit_softmax_regression minimises. Precondition: every label of `codes` is among the model's.
double softmax_regression_loss(const SoftmaxRegression& model, const LabelledCodes& codes, double decay, int threads);

/// The fraction of rows whose most probable class is not their label.
double classification_error(const SoftmaxRegression& model, const LabelledCodes& codes, int threads);

}  // namespace hourglass

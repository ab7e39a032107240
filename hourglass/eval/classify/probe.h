#pragma once

#include "hourglass/eval/classify/labelled_codes.h"
#include "hourglass/eval/measured_rows.h"

namespace hourglass {

/// Result of a linear probe: how well a linear classifier predicts the labels from the code.
struct ProbeResult {
  double error = 0;             ///< fraction of misclassified test rows
  double decay = 0;             ///< chosen weight decay, see fit_softmax_regression
  double validation_error = 0;  ///< error with that decay on the training rows held out to choose it
};

/// Fits multinomial logistic regression to five sixths of the training codes with each weight decay of 1, 1e-1, … 1e-6,
/// chooses the one with the smallest error on the remaining sixth (of equals the largest) and fits it to all training
/// codes. Test rows have no part in the choice.
ProbeResult linear_probe(const ClassifiedCodes& codes, int threads, const EvaluationProgress& progress = {});

}  // namespace hourglass

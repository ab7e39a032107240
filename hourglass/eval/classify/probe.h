#pragma once

#include "hourglass/eval/classify/labelled_codes.h"
#include "hourglass/eval/measured_rows.h"

namespace hourglass {

/// How well a linear classifier reads the labels from the code.
struct ProbeResult {
  double error = 0;             ///< fraction of the test rows put in a wrong class
  double decay = 0;             ///< of its weights: see fit_softmax_regression
  double validation_error = 0;  ///< with that decay, of the training rows held out to choose it
};

/// Multinomial logistic regression on the training codes, fitted with every decay of 1, 1e-1, … 1e-6 to five sixths of
/// them and then, with the one that does best on the rest (the largest of equals), to all. Test rows have no part in
/// it.
ProbeResult linear_probe(const ClassifiedCodes& codes, int threads, const EvaluationProgress& progress = {});

}  // namespace hourglass

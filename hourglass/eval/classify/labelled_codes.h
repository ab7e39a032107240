#pragma once

#include <vector>

#include "hourglass/model/inference.h"

namespace hourglass {

/// Codes, (rows, units), and what each stands for.
struct LabelledCodes {
  Tensor codes;
  std::vector<int32_t> labels;

  int64_t rows() const { return codes.rows(); }
  int64_t units() const { return codes.view().columns(); }
  ConstView flat() const { return codes.view().reshaped({rows(), units()}); }
};

/// What classifiers are trained and tested on.
struct ClassifiedCodes {
  LabelledCodes train, test;
};

/// Codes of both parts of the data, around the mean of the training codes and divided by √(tr Cov / units) of them: no
/// classifier sees where the code lies and how large it is. The labels of both are needed.
ClassifiedCodes classified_codes(const Inference& inference, const Dataset& train, const Dataset& test);
/// The same of the inputs themselves, as the scaler makes them: the baseline.
ClassifiedCodes classified_inputs(const Scaler& scaler, const Dataset& train, const Dataset& test);

/// Mean over rows of h hᵀ, (units, units) f64. Products run in the codes' own type, sums over blocks of rows in double
/// and in a fixed order.
Tensor second_moments(const LabelledCodes& codes, int threads);

}  // namespace hourglass

#pragma once

#include <vector>

#include "hourglass/model/inference.h"

namespace hourglass {

/// Codes, (rows, …code), with a label per row.
struct LabelledCodes {
  Tensor codes;
  std::vector<int32_t> labels;

  int64_t rows() const { return codes.rows(); }
  int64_t units() const { return codes.view().columns(); }
  ConstView flat() const { return codes.view().reshaped({rows(), units()}); }
};

/// Codes to fit a classifier on and codes to test it on.
struct ClassifiedCodes {
  LabelledCodes train, test;
};

/// Codes of both parts of the data, minus the mean of the training codes and divided by √(tr Cov / units) of these: no
/// classifier sees the offset or the scale of the code. Precondition: both parts have labels.
ClassifiedCodes classified_codes(const Inference& inference, const Dataset& train, const Dataset& test);
/// The same for the scaled inputs instead of their codes: the baseline.
ClassifiedCodes classified_inputs(const Scaler& scaler, const Dataset& train, const Dataset& test);

/// Mean over rows of h hᵀ, (units, units) f64. Products are in the codes' element type, sums over blocks of rows in
/// double and in a fixed order.
Tensor second_moments(const LabelledCodes& codes, int threads);

}  // namespace hourglass

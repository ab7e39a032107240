#pragma once

#include <span>

#include "hourglass/eval/analysis/analysis.h"
#include "hourglass/model/inference.h"

namespace hourglass {

/// The analysed rows with their codes, (rows, units) f32, and mean and standard deviation of each unit over them.
struct EncodedRows {
  const Autoencoder& model;
  const Inference& inference;
  const Dataset& data;
  const Tensor& codes;
  const std::vector<double>&mean, &deviation;

  const Shape& code() const { return model.network().code().output(); }
  int64_t units() const { return code().size(); }
  int64_t inputs() const { return data.sample.size(); }
};

/// Weights of the first layer as images: those of `units` where the layer is the code, else the first `count`. Throws
/// Error where the weights do not apply to the input itself, in its layout.
SignedImages first_filters(const Autoencoder& model, const std::vector<int64_t>& units, int64_t count);

/// Copies of the given rows, in this order.
Tensor select_rows(ConstView from, std::span<const int64_t> rows);

/// g(h̄ + σ_j e_j) − g(h̄) of decoder g, mean code h̄ and standard deviation σ_j of unit j, for the `count` units with the
/// largest sum of squares, in the order of units; of the `most` units with the largest deviation where there are more.
SignedImages decoder_atoms(const EncodedRows& rows, int64_t count, int64_t most);

/// The units of the `count` atoms with the largest sum of squares, each varied from the 1st to the 99th percentile of
/// its values with all other units as in row `typical`.
StrongUnits strong_units(const EncodedRows& rows, const SignedImages& atoms, int64_t count, int64_t typical);

}  // namespace hourglass

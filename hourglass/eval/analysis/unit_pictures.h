#pragma once

#include "hourglass/eval/analysis/analysis.h"
#include "hourglass/model/inference.h"

namespace hourglass {

/// The analysed rows with their codes, (rows, units) f32, and each unit's mean and standard deviation over them.
struct CodedRows {
  const Autoencoder& model;
  const Inference& inference;
  const Dataset& data;
  const Tensor& codes;
  const std::vector<double>&mean, &spread;

  const Shape& code() const { return model.network().code().output(); }
  int64_t units() const { return code().size(); }
  int64_t inputs() const { return data.sample.size(); }
  float value(int64_t row, int64_t unit) const { return codes.as<float>()[row * units() + unit]; }
};

/// The weights of the first layer as pictures, those of `units` where they are the code's, else the first `most`.
/// Throws Error where they are none: between the input and the weights lies something, or they see other than one or
/// three channels.
SignedPictures first_filters(const Autoencoder& model, const std::vector<int64_t>& units, int64_t most);

/// What each unit adds to the reconstruction of the mean code when it stands one σ above its mean; of at most `most`
/// units, those that add most by sum of squares, in their order.
SignedPictures decoder_atoms(const CodedRows& rows, int64_t most);

/// The units of the `most` atoms with the largest sum of squares, walked from the 1st to the 99th percentile of their
/// values, everything else as in row `typical`.
StrongUnits strong_units(const CodedRows& rows, const SignedPictures& atoms, int64_t most, int64_t typical);

}  // namespace hourglass

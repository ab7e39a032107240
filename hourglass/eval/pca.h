#pragma once

#include <optional>
#include <vector>

#include "hourglass/model/inference.h"

namespace hourglass {

/// What a linear autoencoder can learn at best (Baldi & Hornik, "Neural networks and principal component analysis",
/// Neural Networks 1989).
struct PrincipalComponents {
  std::vector<double> variances;  ///< eigenvalues of the covariance (1/N), largest first
  Tensor directions;              ///< (features, features) f64: row k is the unit vector that belongs to variances[k]
};

/// Of all rows of the data, scaled, around their own mean; sums in double, the same on any number of threads. Throws
/// Error above 4096 features: time grows with their third power, memory with their square.
PrincipalComponents principal_components(const Dataset& data, const Scaler& scaler, int threads);

/// What each unit of the code adds to the reconstruction, (code, inputs) f64. Nothing when the decoder is not linear.
std::optional<Tensor> decoder_columns(const Autoencoder& model, const Inference& inference);

/// The largest principal angle, in degrees, between the span of some vectors, the rows of `learned` (k, features), and
/// that of the orthonormal rows of `principal`, shaped alike, both f64; precise for small angles (Björck & Golub,
/// "Numerical methods for computing angles between linear subspaces", Mathematics of Computation 1973). 90 when the
/// vectors depend on each other: a direction is missing.
double largest_angle(ConstView learned, ConstView principal);

}  // namespace hourglass

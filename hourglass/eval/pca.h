#pragma once

#include <optional>
#include <vector>

#include "hourglass/model/inference.h"

namespace hourglass {

/// Principal components of a data set: the optimum of a linear autoencoder (Baldi & Hornik, "Neural networks and
/// principal component analysis", Neural Networks 1989).
struct PrincipalComponents {
  std::vector<double> variances;  ///< eigenvalues of the covariance (divided by N), largest first
  Tensor directions;              ///< (features, features) f64: row k is the unit eigenvector of variances[k]
  std::vector<double> mean;       ///< of the scaled features
};

/// Principal components of all rows of the data, scaled, minus their mean. Sums in double, equal bits for any number of
/// threads. Throws Error above 4096 features: time is cubic and memory quadratic in them.
PrincipalComponents principal_components(const Dataset& data, const Scaler& scaler, int threads);

/// The columns of a linear decoder as rows, (code, inputs) f64: what each unit adds to the reconstruction. nullopt when
/// the decoder is not linear.
std::optional<Tensor> decoder_columns(const Autoencoder& model, const Inference& inference);

/// The largest principal angle, in degrees, between the span of the rows of `learned` and the span of the orthonormal
/// rows of `principal`, both (k, features) f64. Precise for small angles (Björck & Golub, "Numerical methods for
/// computing angles between linear subspaces", Mathematics of Computation 1973). 90 when the rows of `learned` are
/// linearly dependent.
double largest_angle(ConstView learned, ConstView principal);

}  // namespace hourglass

#pragma once

#include <vector>

#include "hourglass/tensor/tensor.h"

namespace hourglass {

/// Number, mean and scatter of rows, computed part by part. Exact to rounding however far the rows lie from 0 (Chan,
/// Golub & LeVeque, "Algorithms for computing the sample variance", The American Statistician 1983).
struct RowMoments {
  int64_t rows = 0;
  std::vector<double> mean;  ///< per column
  double scatter = 0;  ///< Σ ‖x − mean‖² over rows: rows times the trace of the covariance (divided by rows)

  /// Adds the rows of another part with the same number of columns.
  void add(const RowMoments& part);
};

/// Moments of the rows of x, at least one.
RowMoments row_moments(ConstView x);

}  // namespace hourglass

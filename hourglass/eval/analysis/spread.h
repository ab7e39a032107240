#pragma once

#include <vector>

#include "hourglass/tensor/tensor.h"

namespace hourglass {

/// How rows scatter around their mean, collected part by part. Exact to rounding however far from 0 they lie (Chan,
/// Golub & LeVeque, "Algorithms for computing the sample variance", The American Statistician 1983).
struct Spread {
  int64_t rows = 0;
  std::vector<double> mean;  ///< per column
  double scatter = 0;        ///< Σ ‖x − mean‖² over rows: their number times the trace of the covariance (1/N)

  /// Joins the rows of another part with as many columns.
  void add(const Spread& part);
};

/// Of the rows of x, at least one.
Spread spread_of(ConstView x);

}  // namespace hourglass

#pragma once

#include "hourglass/eval/analysis/analysis.h"

namespace hourglass {

/// Rows (rows, units) in the plane of their first two principal components, found by subspace iteration (Halko,
/// Martinsson & Tropp, "Finding structure with randomness", SIAM Review 2011): no covariance is made, so any number of
/// units will do. Signs are such that the mean of cubes is not negative. Throws Error when all rows are the same or
/// there is but one column.
CodeMap code_map(ConstView codes);

}  // namespace hourglass

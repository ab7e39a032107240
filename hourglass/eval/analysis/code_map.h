#pragma once

#include "hourglass/eval/analysis/analysis.h"

namespace hourglass {

/// Projects codes, (rows, units) f32, on their first two principal components. These are found by subspace iteration
/// (Halko, Martinsson & Tropp, "Finding structure with randomness", SIAM Review 2011), which needs no covariance matrix
/// and so allows any number of units. Signs are chosen for a non-negative skewness. Throws Error when all rows are
/// equal or there is only one row or column.
CodeMap code_map(ConstView codes);

/// Multiplications of code_map per row.
double code_map_products(int64_t units);
/// Memory that code_map takes beside copies of the codes.
double code_map_bytes(int64_t units);

}  // namespace hourglass

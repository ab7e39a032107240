#pragma once

#include <vector>

#include "hourglass/eval/measured_rows.h"

namespace hourglass {

/// Singular values of J = ∂h/∂x at the encoder's input, largest first, each the mean over rows: min(code, inputs) of
/// them. J is made row by row, its Gram matrix and eigenvalues are in double: a singular value is right to 1e-7 of the
/// largest.
std::vector<double> jacobian_spectrum(const MeasuredRows& rows);

/// Multiplications that it takes per row.
double spectrum_products(const Network& network);
/// The same as a multiple of a plain training step's.
double spectrum_cost(const Network& network);

}  // namespace hourglass

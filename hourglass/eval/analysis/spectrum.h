#pragma once

#include <vector>

#include "hourglass/eval/measured_rows.h"

namespace hourglass {

/// The min(code, inputs) singular values of J = ∂h/∂x at the encoder's input, largest first, each the mean over rows.
/// They are square roots of eigenvalues of the Gram matrix in double, accurate to 1e-7 of the largest.
std::vector<double> jacobian_spectrum(const MeasuredRows& rows);

/// Multiplications of jacobian_spectrum per row.
double spectrum_products(const Network& network);
/// Memory that jacobian_spectrum takes for one row, about; a thread works on one row at a time.
double spectrum_bytes(const Network& network);
/// spectrum_products as a multiple of a plain training step's per row.
double spectrum_cost(const Network& network);

}  // namespace hourglass

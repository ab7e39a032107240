#pragma once

#include <cstdint>
#include <span>

namespace hourglass {

/// Makes a matrix of `rows` rows, in row-major order, orthogonal (Saxe et al. 2014, as PyTorch's init.orthogonal_ with
/// gain 1): the factor Q of A = QR whose R has a positive diagonal, or of Aᵀ where A is wider than high. Its columns,
/// or its rows, are orthonormal; for entries that are N(0, 1) it is uniform among such matrices. A convolution's weight
/// (a, b, k, k) is a matrix of a rows.
void orthogonalise(int64_t rows, std::span<double> matrix);

}  // namespace hourglass

#pragma once

#include <Eigen/Core>

#include "hourglass/tensor/tensor.h"

namespace hourglass {

/// Column-major, as Eigen prefers.
using Matrix = Eigen::MatrixXd;
using Vector = Eigen::VectorXd;

/// Copy of a view (rows, …) as a matrix with the same rows.
Matrix matrix_of(ConstView values);

// Decompositions of Eigen, each compiled once: their templates take far longer to compile than to include.

/// Eigenvalues of a symmetric matrix, ascending, and the unit eigenvectors as columns in the same order. Reads the
/// lower triangle only.
struct SymmetricEigen {
  Vector values;
  Matrix vectors;
};
SymmetricEigen symmetric_eigen(const Matrix& symmetric);
/// The eigenvalues alone, ascending: several times faster.
Vector symmetric_eigenvalues(const Matrix& symmetric);

/// The largest singular value, and the smallest one of a square matrix, 0 where it has no inverse. As accurate as a
/// full decomposition, relative to the largest singular value, and much faster to compile.
double largest_singular_value(const Matrix& m);
double smallest_singular_value(const Matrix& square);
/// V of the thin singular value decomposition U S Vᵀ, by Jacobi rotations.
Matrix right_singular_vectors(const Matrix& m);

/// Q of the thin QR decomposition: orthonormal columns, as many as m has.
Matrix orthonormal_columns(const Matrix& m);
/// The same with column pivoting, for columns that may depend on each other; empty where the rank is below the number
/// of columns, pivots below `threshold` times the largest counting as 0.
Matrix orthonormal_columns(const Matrix& m, double threshold);

}  // namespace hourglass

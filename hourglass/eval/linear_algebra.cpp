#include "hourglass/eval/linear_algebra.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

#include "hourglass/tensor/visit.h"

namespace hourglass {

Matrix matrix_of(ConstView values) {
  return visit_floats(values, [&]<class T>(std::span<const T> x) -> Matrix {
    using Rows = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    return Eigen::Map<const Rows>(x.data(), values.rows(), values.columns()).template cast<double>();
  });
}

SymmetricEigen symmetric_eigen(const Matrix& symmetric) {
  const Eigen::SelfAdjointEigenSolver<Matrix> solver(symmetric);
  return {solver.eigenvalues(), solver.eigenvectors()};
}

Vector symmetric_eigenvalues(const Matrix& symmetric) {
  return Eigen::SelfAdjointEigenSolver<Matrix>(symmetric, Eigen::EigenvaluesOnly).eigenvalues();
}

double largest_singular_value(const Matrix& m) {
  const Vector squares = symmetric_eigenvalues(m.transpose() * m);
  return std::sqrt(std::max(0.0, squares(squares.size() - 1)));
}

double smallest_singular_value(const Matrix& square) {
  const Matrix inverse = square.inverse();
  return inverse.allFinite() ? 1 / largest_singular_value(inverse) : 0;
}

Matrix right_singular_vectors(const Matrix& m) { return Eigen::JacobiSVD<Matrix>(m, Eigen::ComputeThinV).matrixV(); }

Matrix orthonormal_columns(const Matrix& m) {
  return Eigen::HouseholderQR<Matrix>(m).householderQ() * Matrix::Identity(m.rows(), m.cols());
}

Matrix orthonormal_columns(const Matrix& m, double threshold) {
  Eigen::ColPivHouseholderQR<Matrix> qr(m);
  qr.setThreshold(threshold);
  if (qr.rank() < m.cols()) return {};
  return qr.householderQ() * Matrix::Identity(m.rows(), m.cols());
}

}  // namespace hourglass

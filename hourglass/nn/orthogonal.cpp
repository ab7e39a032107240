#include "hourglass/nn/orthogonal.h"

#include <Eigen/QR>

namespace hourglass {

namespace {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// Q with as many columns as `a`, which is not wider than high.
Matrix orthonormal_columns(const Matrix& a) {
  const Eigen::HouseholderQR<Matrix> qr(a);
  Matrix q = qr.householderQ() * Matrix::Identity(a.rows(), a.cols());
  for (Eigen::Index j = 0; j < a.cols(); ++j)
    if (qr.matrixQR()(j, j) < 0) q.col(j) = -q.col(j);
  return q;
}

}  // namespace

void orthogonalise(int64_t rows, std::span<double> matrix) {
  Eigen::Map<Matrix> a(matrix.data(), rows, static_cast<int64_t>(matrix.size()) / rows);
  if (a.rows() >= a.cols())
    a = orthonormal_columns(a);
  else
    a = orthonormal_columns(a.transpose()).transpose();
}

}  // namespace hourglass

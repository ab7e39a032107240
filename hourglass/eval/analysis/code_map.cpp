#include "hourglass/eval/analysis/code_map.h"

#include <algorithm>

#include "hourglass/eval/linear_algebra.h"

namespace hourglass {

namespace {

// Far more than two planes' worth and than a picture needs.
constexpr int64_t kBlock = 8;
constexpr int kIterations = 24;

Matrix centred(ConstView codes) {
  using Rows = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  Matrix x = Eigen::Map<const Rows>(codes.as<float>(), codes.rows(), codes.columns()).cast<double>();
  x.rowwise() -= x.colwise().mean().eval();
  return x;
}

/// Orthonormal columns that span about the same as the first principal components.
Matrix subspace(const Matrix& x) {
  Matrix v = Matrix::Zero(x.cols(), std::min<int64_t>({kBlock, x.cols(), x.rows()}));
  // Some of the rows themselves: they lie in the span, and no dice are needed.
  for (Eigen::Index k = 0; k < v.cols(); ++k) v.col(k) = x.row(k * x.rows() / v.cols());
  v.diagonal().array() += 1e-6;
  for (int i = 0; i < kIterations; ++i) v = orthonormal_columns(x.transpose() * (x * orthonormal_columns(v)));
  return v;
}

std::vector<double> upright(const Vector& v) {
  const double sign = v.array().cube().sum() < 0 ? -1 : 1;
  const Vector turned = sign * v;
  return {turned.begin(), turned.end()};
}

}  // namespace

CodeMap code_map(ConstView codes) {
  if (codes.columns() < 2) fail("the code has one unit");
  const Matrix x = centred(codes);
  const double total = x.squaredNorm();
  if (!(total > 0)) fail("the code is the same for all rows");
  const Matrix projected = x * subspace(x);
  const Matrix plane = projected * right_singular_vectors(projected);
  if (plane.cols() < 2) fail("there is but one row");
  return {upright(plane.col(0)),
          upright(plane.col(1)),
          plane.col(0).squaredNorm() / total,
          plane.col(1).squaredNorm() / total,
          {}};
}

}  // namespace hourglass

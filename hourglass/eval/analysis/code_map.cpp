#include "hourglass/eval/analysis/code_map.h"

#include <algorithm>

#include "hourglass/eval/linear_algebra.h"

namespace hourglass {

namespace {

// More than enough for two components at the precision of a plot.
constexpr int64_t kBlock = 8;
constexpr int kIterations = 24;

Matrix centred(ConstView codes) {
  Matrix x = matrix_of(codes);
  x.rowwise() -= x.colwise().mean().eval();
  return x;
}

/// Orthonormal columns that span approximately the first principal components.
Matrix subspace(const Matrix& x) {
  Matrix v = Matrix::Zero(x.cols(), std::min<int64_t>({kBlock, x.cols(), x.rows()}));
  // Start from some of the rows, which lie in the span; this needs no random numbers.
  for (Eigen::Index k = 0; k < v.cols(); ++k) v.col(k) = x.row(k * x.rows() / v.cols());
  v.diagonal().array() += 1e-6;
  for (int i = 0; i < kIterations; ++i) v = orthonormal_columns(x.transpose() * (x * orthonormal_columns(v)));
  return v;
}

/// v or −v, whichever has non-negative skewness.
std::vector<double> with_positive_skewness(const Vector& v) {
  const double sign = v.array().cube().sum() < 0 ? -1 : 1;
  const Vector result = sign * v;
  return {result.begin(), result.end()};
}

}  // namespace

CodeMap code_map(ConstView codes) {
  if (codes.columns() < 2) fail("the code has one unit");
  const Matrix x = centred(codes);
  const double total = x.squaredNorm();
  if (!(total > 0)) fail("the code is the same for all rows");
  const Matrix projected = x * subspace(x);
  const Matrix plane = projected * right_singular_vectors(projected);
  if (plane.cols() < 2) fail("there is only one row");
  return {with_positive_skewness(plane.col(0)),
          with_positive_skewness(plane.col(1)),
          plane.col(0).squaredNorm() / total,
          plane.col(1).squaredNorm() / total,
          {}};
}

double code_map_products(int64_t units) {
  return 2.0 * kIterations * static_cast<double>(std::min(kBlock, units)) * static_cast<double>(units);
}

double code_map_bytes(int64_t units) {
  constexpr double kCopies = 3;  // of the basis, in double
  return kCopies * sizeof(double) * static_cast<double>(kBlock) * static_cast<double>(units);
}

}  // namespace hourglass

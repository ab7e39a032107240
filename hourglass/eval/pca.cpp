#include "hourglass/eval/pca.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "hourglass/base/parallel.h"
#include "hourglass/eval/linear_algebra.h"
#include "hourglass/tensor/copy.h"

namespace hourglass {

namespace {

using Rows = Eigen::Map<Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>;

constexpr int64_t kMaxFeatures = 4096;
constexpr int64_t kChunkRows = 512;
constexpr int64_t kBlock = 64;  // columns of the covariance per task

Rows matrix(Tensor& t, int64_t rows) { return {t.as<double>(), rows, t.view().columns()}; }

/// Calls f with each chunk of scaled rows, as a matrix that f may change.
template <class F>
void for_each_chunk(const Dataset& data, const Scaler& scaler, F f) {
  Tensor space(DType::f64, data.sample.batch(std::min(kChunkRows, data.rows())));
  std::vector<uint32_t> ids(kChunkRows);
  for (int64_t first = 0; first < data.rows(); first += kChunkRows) {
    const int64_t count = std::min(kChunkRows, data.rows() - first);
    std::iota(ids.begin(), ids.end(), static_cast<uint32_t>(first));
    gather(data, scaler, std::span(ids).first(count), space.view().slice(0, count));
    f(matrix(space, count));
  }
}

/// Adds xᵀx to the lower triangle of c. Each block of columns is one task, so that the sums do not depend on threads.
void add_products(const Rows& x, int threads, Matrix& c) {
  const auto features = x.cols();
  auto task = [&](int64_t block) {
    const auto first = block * kBlock, width = std::min(kBlock, features - first), below = features - first;
    c.block(first, first, below, width).noalias() += x.rightCols(below).transpose() * x.middleCols(first, width);
  };
  parallel_for((features + kBlock - 1) / kBlock, threads, task);
}

Eigen::RowVectorXd mean_of(const Dataset& data, const Scaler& scaler) {
  Eigen::RowVectorXd mean = Eigen::RowVectorXd::Zero(data.sample.size());
  for_each_chunk(data, scaler, [&](const Rows& x) { mean += x.colwise().sum(); });
  return mean / static_cast<double>(data.rows());
}

Matrix covariance(const Dataset& data, const Scaler& scaler, const Eigen::RowVectorXd& mean, int threads) {
  Matrix c = Matrix::Zero(mean.size(), mean.size());
  for_each_chunk(data, scaler, [&](Rows x) {
    x.rowwise() -= mean;
    add_products(x, threads, c);
  });
  return c / static_cast<double>(data.rows());
}

}  // namespace

PrincipalComponents principal_components(const Dataset& data, const Scaler& scaler, int threads) {
  const int64_t features = data.sample.size();
  if (features > kMaxFeatures)
    fail("{}: principal components of {} features; at most {} are supported", data.name, features, kMaxFeatures);
  if (const auto fitted = static_cast<int64_t>(scaler.offset.size()); fitted > 1 && fitted != features)
    fail("{}: samples have {} features, the scaler was fitted to {}", data.name, features, fitted);
  const Eigen::RowVectorXd mean = mean_of(data, scaler);
  const SymmetricEigen eigen = symmetric_eigen(covariance(data, scaler, mean, threads));
  PrincipalComponents p{
      std::vector<double>(features), Tensor(DType::f64, {features, features}), {mean.begin(), mean.end()}};
  Rows(matrix(p.directions, features)) = eigen.vectors.rowwise().reverse().transpose();
  std::ranges::reverse_copy(eigen.values, p.variances.begin());
  return p;
}

std::optional<Tensor> decoder_columns(const Autoencoder& model, const Inference& inference) {
  const Network& network = model.network();
  for (int i = network.code_end(); i < network.layers(); ++i) {
    const auto activation = network.layer(i).activation();
    if (activation && activation->kind != Activation::Kind::identity) return std::nullopt;
  }
  // Decode zero, the unit vectors and their sum: only for an affine decoder do the images of the unit vectors add up.
  const Shape code = network.code().output();
  const int64_t units = code.size();
  Tensor codes(DType::f64, code.batch(units + 2));
  matrix(codes, units + 2).middleRows(1, units).setIdentity();
  matrix(codes, units + 2).bottomRows(1).setOnes();
  Tensor decoded = inference.decode(codes.cast(model.theta().dtype())).cast(DType::f64);
  Rows all = matrix(decoded, units + 2);
  all.bottomRows(units + 1).rowwise() -= all.row(0).eval();
  const auto columns = all.middleRows(1, units);
  const double largest = columns.rowwise().norm().sum();
  if ((all.row(units + 1) - columns.colwise().sum()).norm() > 1e-3 * largest) return std::nullopt;
  Tensor result(DType::f64, {units, network.input().size()});
  copy(decoded.view().slice(1, units), result);
  return result;
}

double largest_angle(ConstView learned, ConstView principal) {
  HOURGLASS_CHECK(learned.shape() == principal.shape());
  const Matrix u = matrix_of(principal).transpose();
  // The vectors come from float arithmetic, so pivots below 1e-6 are rounding errors.
  const Matrix q = orthonormal_columns(matrix_of(learned).transpose(), 1e-6);
  if (q.size() == 0) return 90;
  const Matrix inside = u.transpose() * q;
  const double sine = largest_singular_value(q - u * inside), cosine = smallest_singular_value(inside);
  return std::atan2(sine, cosine) * 180 / std::numbers::pi;
}

}  // namespace hourglass

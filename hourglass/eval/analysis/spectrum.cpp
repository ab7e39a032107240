#include "hourglass/eval/analysis/spectrum.h"

#include <algorithm>
#include <cmath>

#include "hourglass/eval/linear_algebra.h"
#include "hourglass/objective/jacobian/jacobian_norm.h"
#include "hourglass/tensor/copy.h"
#include "hourglass/tensor/visit.h"

namespace hourglass {

namespace {

constexpr int64_t kTileElements = 1 << 18;      // of the widest layer's rows: 1 MB
constexpr int64_t kMostTileElements = 1 << 22;  // of layers so wide that few rows fit: 16 MB
constexpr int64_t kFewestTileRows = 16;

/// J of one row at a time: vector–Jacobian products of the code's unit vectors, as many at once as fit into the cache.
/// Units whose activation has derivative 0, such as inactive relus, have no row in the result.
class RowJacobian {
 public:
  explicit RowJacobian(const Autoencoder& model)
      : model_(model), jacobian_(model.theta().dtype(), {units(), network().input().size()}) {
    int64_t widest = network().input().size();
    for (int i = 0; i < network().code_end(); ++i) widest = std::max(widest, network().layer(i).output().size());
    tile_ = std::max(kTileElements / widest, std::min(kFewestTileRows, kMostTileElements / widest));
    tile_ = std::clamp<int64_t>(tile_, 1, units());
    for (int slot = 0; slot < network().slots(); ++slot)
      products_.emplace_back(model.theta().dtype(), Shape{tile_, widest});
    layers_.resize(network().code_end());
  }

  /// (units with a derivative ≠ 0, inputs); valid until the next call.
  ConstView operator()(const Inference::Chunk& chunk, int64_t row) {
    arena_.reset();
    const auto value = [&](int i) { return chunk.pass.output(i).slice(row, 1); };
    for (int i = 0; i < network().code_end(); ++i)
      layers_[i] = network().layer(i).linearize(chunk.pass.context(), model_.theta(), value(network().source(i)),
                                                value(i), false, arena_);
    find_active();
    const auto count = static_cast<int64_t>(active_.size());
    for (int64_t first = 0; first < count; first += tile_) back_propagate(first, std::min(tile_, count - first));
    return jacobian_.view().slice(0, count);
  }

 private:
  const Network& network() const { return model_.network(); }
  int64_t units() const { return network().code().output().size(); }
  /// The products at the output of a layer.
  View products(std::optional<int> layer, int64_t count) {
    if (!layer) return {};
    return products_[network().slot(*layer)].view().part(0, {count, network().shape(*layer).size()});
  }

  void find_active() {
    active_.clear();
    if (const View slope = layers_.back().slope)
      for_each_value(slope, [&](int64_t unit, double derivative) {
        if (derivative != 0) active_.push_back(unit);
      });
    else
      for (int64_t unit = 0; unit < units(); ++unit) active_.push_back(unit);
  }

  void back_propagate(int64_t first, int64_t count) {
    const int code = network().code_end() - 1;
    const View v = products(code, count);
    clear(v);
    for (int64_t k = 0; k < count; ++k) fill(1, v.part(k * units() + active_[first + k], {1}));
    for (int i = code; i >= 0; --i) {
      const View u = products(i, count);
      network().pull_back(i, code, u, products(network().source(i), count), products(network().addend(i), count),
                          arena_, [&](View below) { network().layer(i).vjp(model_.theta(), layers_[i], u, below); });
    }
    copy(products(-1, count), jacobian_.view().slice(first, count));
  }

  const Autoencoder& model_;
  Tensor jacobian_;
  int64_t tile_ = 1;
  std::vector<Tensor> products_;  ///< per slot of the network
  Arena arena_;
  std::vector<Linearization> layers_;
  std::vector<int64_t> active_;  ///< units with a derivative ≠ 0
};

/// Singular values, largest first.
Vector jacobian_singular_values(ConstView jacobian) {
  if (jacobian.rows() == 0) return {};
  const Matrix j = matrix_of(jacobian);
  const auto side = std::min(j.rows(), j.cols());
  Matrix gram = Matrix::Zero(side, side);
  if (j.rows() <= j.cols())
    gram.selfadjointView<Eigen::Lower>().rankUpdate(j);
  else
    gram.selfadjointView<Eigen::Lower>().rankUpdate(j.transpose());
  return symmetric_eigenvalues(gram).cwiseMax(0).cwiseSqrt().reverse();
}

}  // namespace

std::vector<double> jacobian_spectrum(const MeasuredRows& rows) {
  const auto count = std::min(rows.network().code().output().size(), rows.network().input().size());
  OrderedSum<RowSums> sums;
  ProgressCounter counter(rows.progress, "jacobian_spectrum", rows.data.rows());
  const auto measure = [&](const Inference::Chunk& chunk) {
    RowJacobian jacobian(rows.model);
    std::vector<double> sum(count);
    for (int64_t row = 0; row < chunk.rows; ++row) {
      const Vector values = jacobian_singular_values(jacobian(chunk, row));
      for (int64_t i = 0; i < values.size(); ++i) sum[i] += values[i];
      counter.advance();
    }
    sums.add(chunk.index, {std::move(sum)});
  };
  rows.inference.reconstruct(rows.data, measure, rows.corrupt_input);
  std::vector<double> mean = std::move(sums).take().values;
  for (double& value : mean) value /= static_cast<double>(rows.data.rows());
  return mean;
}

double spectrum_products(const Network& network) {
  const auto last = network.code().activation();
  double units = static_cast<double>(network.code().output().size());
  if (last && last->kind == Activation::Kind::topk) units = std::min(units, last->parameter);
  const auto inputs = static_cast<double>(network.input().size()), side = std::min(units, inputs);
  double products = side * units * inputs + 4 * side * side * side;
  for (int i = 0; i < network.code_end(); ++i) products += units * static_cast<double>(network.layer(i).products());
  return products;
}

double spectrum_bytes(const Network& network) {
  const auto units = static_cast<double>(network.code().output().size());
  const auto inputs = static_cast<double>(network.input().size()), side = std::min(units, inputs);
  return 12 * units * inputs + 16 * side * side;  // J in the model's numbers and in double; its Gram matrix, twice
}

double spectrum_cost(const Network& network) { return spectrum_products(network) / network.products(); }

}  // namespace hourglass

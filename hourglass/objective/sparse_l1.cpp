#include "hourglass/objective/sparse_l1.h"

#include <algorithm>

namespace hourglass {

SparseL1::SparseL1(const SparseL1Config& config, const Network& network)
    : layers_(penalized_layers(network, config.on)) {
  for (int layer : layers_)
    factors_.push_back(config.reduction == "mean" ? 1.0 / static_cast<double>(network.layer(layer).output().size())
                                                  : 1.0);
}

bool SparseL1::has_gradient_at(int layer) const {
  return std::find(layers_.begin(), layers_.end(), layer) != layers_.end();
}

void SparseL1::observe(ConstView, const MicroBatch& batch, std::span<double> sums) const {
  for (size_t k = 0; k < layers_.size(); ++k) sums[k] = ops::sum_of_absolutes(batch.output(layers_[k]));
}

double SparseL1::value(ConstView, std::span<const double> sums, int64_t batch_rows) const {
  double total = 0;
  for (size_t k = 0; k < layers_.size(); ++k) total += factors_[k] * sums[k] / static_cast<double>(batch_rows);
  return total;
}

void SparseL1::add_gradient(const MicroBatch& batch, int layer, std::span<const double>, double weight,
                            std::span<const View>, View grad) const {
  const auto k = std::find(layers_.begin(), layers_.end(), layer) - layers_.begin();
  ops::add_scaled_sign(weight * factors_[k] / static_cast<double>(batch.batch_rows()), batch.output(layer), grad);
}

}  // namespace hourglass

#include "hourglass/objective/sparse_l1.h"

namespace hourglass {

void SparseL1::observe(ConstView, const MicroBatch& batch, std::span<double> sums) const {
  for (size_t k = 0; k < layers_.size(); ++k) sums[k] = ops::sum_of_absolutes(batch.output(layers_[k].layer));
}

double SparseL1::value(ConstView, std::span<const double> sums, int64_t batch_rows) const {
  double total = 0;
  for (size_t k = 0; k < layers_.size(); ++k) total += layers_[k].factor * sums[k] / static_cast<double>(batch_rows);
  return total;
}

void SparseL1::add_gradient(const MicroBatch& batch, int layer, std::span<const double>, double weight,
                            std::span<const View>, View grad) const {
  const double factor = find_layer(layers_, layer)->factor;
  ops::add_scaled_sign(weight * factor / static_cast<double>(batch.batch_rows()), batch.output(layer), grad);
}

}  // namespace hourglass

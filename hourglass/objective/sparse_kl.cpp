#include "hourglass/objective/sparse_kl.h"

#include <algorithm>
#include <cmath>

namespace hourglass {

namespace {

double clamped_mean(double sum, int64_t rows) { return std::clamp(sum / static_cast<double>(rows), 1e-6, 1 - 1e-6); }

/// Refuses a layer whose output is not the sigmoid's, possibly pooled.
void need_unit_interval(const Network& network, int layer) {
  int i = layer;
  while (network.source(i) >= 0 && network.layer(i).keeps_range() && !network.layer(i).is_gaussian() &&
         !network.addend(i))
    i = network.source(i);
  const auto activation = network.layer(i).activation();
  if (activation && activation->is_unit_interval()) return;
  fail(
      "sparse_kl: needs activations in [0, 1], but the penalised layer ends in {}; use \"sigmoid\" there, or sparse_l1",
      activation ? name_of(activation->kind) : "no activation");
}

}  // namespace

SparseKl::SparseKl(const SparseKlConfig& config, const Network& network)
    : target_(config.target), layers_(penalized_layers(network, config.on, config.reduction)) {
  for (const PenalizedLayer& w : layers_) need_unit_interval(network, w.layer);
}

void SparseKl::observe(ConstView, const MicroBatch& batch, std::span<double> sums) const {
  for (const PenalizedLayer& w : layers_) ops::column_sums(batch.output(w.layer), sums.subspan(w.first, w.units));
}

double SparseKl::value(ConstView, std::span<const double> sums, int64_t batch_rows) const {
  double total = 0;
  for (const PenalizedLayer& w : layers_)
    for (const double sum : sums.subspan(w.first, w.units)) {
      const double mean = clamped_mean(sum, batch_rows);
      total += w.factor * (target_ * std::log(target_ / mean) + (1 - target_) * std::log((1 - target_) / (1 - mean)));
    }
  return total;
}

void SparseKl::add_gradient(const MicroBatch& batch, int layer, std::span<const double> sums, double weight,
                            std::span<const View>, View grad) const {
  const PenalizedLayer& w = *find_layer(layers_, layer);
  thread_local std::vector<double> row;
  row.resize(static_cast<size_t>(w.units));
  for (int64_t j = 0; j < w.units; ++j) {
    const double mean = clamped_mean(sums[w.first + j], batch.batch_rows());
    row[j] =
        weight * w.factor / static_cast<double>(batch.batch_rows()) * (-target_ / mean + (1 - target_) / (1 - mean));
  }
  ops::add_to_rows(row, grad);
}

}  // namespace hourglass

#pragma once

#include "hourglass/objective/penalty.h"

namespace hourglass {

/// Sparsity penalty: the sum of the absolute activations of a row, over all penalised layers, and its mean over rows.
///
///   value        = Σ_layers (1/N) Σ_n Σ_j |a_nj|          (reduction = "mean": divided by the layer's units too)
///   ∂value/∂a_nj = sign(a_nj)/N, 0 at a = 0
class SparseL1 final : public Penalty {
 public:
  SparseL1(const SparseL1Config& config, const Network& network)
      : layers_(penalized_layers(network, config.on, config.reduction)) {}

  std::string_view name() const override { return "sparse_l1"; }
  int64_t statistics() const override { return static_cast<int64_t>(layers_.size()); }
  bool has_gradient_at(int layer) const override { return find_layer(layers_, layer); }
  void observe(ConstView theta, const MicroBatch& batch, std::span<double> sums) const override;
  double value(ConstView theta, std::span<const double> sums, int64_t batch_rows) const override;
  void add_gradient(const MicroBatch& batch, int layer, std::span<const double> sums, double weight,
                    std::span<const View> saved, View grad) const override;

 private:
  std::vector<PenalizedLayer> layers_;
};

}  // namespace hourglass

#pragma once

#include "hourglass/objective/penalty.h"

namespace hourglass {

/// Sparsity penalty: the Kullback–Leibler divergence of each unit's mean activation ρ̂ from the target ρ, both as
/// probabilities of Bernoulli variables (Ng, CS294A lecture notes "Sparse autoencoder", 2011).
///
///   value        = Σ_j ρ ln(ρ/ρ̂_j) + (1−ρ) ln((1−ρ)/(1−ρ̂_j)),   ρ̂_j = (1/N) Σ_n a_nj
///   ∂value/∂a_nj = (1/N) (−ρ/ρ̂_j + (1−ρ)/(1−ρ̂_j))
///
/// Summed over units and penalised layers (reduction = "mean": divided by each layer's units). ρ̂ is kept in [1e-6, 1 −
/// 1e-6], so a silent unit has a finite gradient. Throws Error if a penalised layer can leave [0, 1] (relu, identity,
/// …).
class SparseKl final : public Penalty {
 public:
  SparseKl(const SparseKlConfig& config, const Network& network);

  std::string_view name() const override { return "sparse_kl"; }
  int64_t statistics() const override { return layers_.back().first + layers_.back().units; }
  bool couples_rows() const override { return true; }
  bool has_gradient_at(int layer) const override { return find_layer(layers_, layer); }
  void observe(ConstView theta, const MicroBatch& batch, std::span<double> sums) const override;
  double value(ConstView theta, std::span<const double> sums, int64_t batch_rows) const override;
  void add_gradient(const MicroBatch& batch, int layer, std::span<const double> sums, double weight,
                    std::span<const View> saved, View grad) const override;

 private:
  double target_;
  std::vector<PenalizedLayer> layers_;
};

}  // namespace hourglass

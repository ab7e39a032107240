#pragma once

#include <vector>

#include "hourglass/objective/penalty.h"

namespace hourglass {

/// Widths of the inverse multiquadratic kernels for codes of H units: c_s = 2·H·scale_s, 2·H being the mean squared
/// distance of two draws from N(0, I).
std::vector<double> imq_widths(std::span<const double> scales, int64_t units);

/// The unbiased estimate of the squared maximum mean discrepancy from sums over all N × N pairs, i = j included, where
/// a kernel is 1: `same` = Σ_ij k(z_i, z_j) + Σ_ij k(p_i, p_j), `cross` = Σ_ij k(z_i, p_j), `kernels` of them summed.
double unbiased_mmd(double same, double cross, double rows, size_t kernels);

/// Maximum mean discrepancy between the codes z of the N rows of a batch and as many draws p from the prior N(0, I)
/// (Tolstikhin et al., "Wasserstein auto-encoders", ICLR 2018, algorithm 2; Gretton et al., JMLR 2012, lemma 6):
///
///   value   = 1/(N(N−1)) Σ_{i≠j} (k(z_i, z_j) + k(p_i, p_j)) − 2/N² Σ_ij k(z_i, p_j)
///   k(x, y) = Σ_s c_s / (c_s + ‖x − y‖²),  c_s = 2·H·scale_s for H units
///
/// The estimate is unbiased, so it may be negative. It takes the codes of the whole batch, as training gives them to
/// the decoder: drawn ones of a gaussian layer, else those of the encoder. Draws are a function of (seed, epoch,
/// sample, unit). Cost: 3·N² distances of H units, in memory N × H codes and draws. Throws Error for a batch of one
/// row.
class Mmd final : public Penalty {
 public:
  Mmd(const MmdConfig& config, const Network& network);

  std::string_view name() const override { return "mmd"; }
  int64_t statistics() const override { return 2; }
  bool couples_rows() const override { return true; }
  bool reads_batch_codes() const override { return true; }
  int64_t fewest_rows() const override { return 2; }
  bool has_gradient_at(int layer) const override { return layer == layer_; }
  void prepare(ConstView theta, const PassContext& batch) override;
  void observe(ConstView theta, const MicroBatch& batch, std::span<double> sums) const override;
  double value(ConstView theta, std::span<const double> sums, int64_t batch_rows) const override;
  void add_gradient(const MicroBatch& batch, int layer, std::span<const double> sums, double weight,
                    std::span<const View> saved, View grad) const override;

 private:
  ConstView codes(const MicroBatch& batch) const;
  ConstView prior(int64_t rows) const { return prior_.view().slice(0, rows); }

  int layer_;
  int64_t units_;
  std::vector<double> widths_;
  Tensor prior_;  ///< (at least the rows of the batch, units): the draws of this step
};

}  // namespace hourglass

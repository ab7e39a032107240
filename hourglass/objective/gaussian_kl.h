#pragma once

#include "hourglass/objective/penalty.h"

namespace hourglass {

/// Kullback–Leibler divergence of a gaussian code N(μ, σ²) from the prior N(0, I), in nats, mean over the N rows of a
/// batch (Kingma & Welling, "Auto-encoding variational Bayes", ICLR 2014, appendix B). With reduction = "sum", bce and
/// weight 1 the loss is the negative ELBO; another weight is β (Higgins et al., "β-VAE", ICLR 2017).
///
///   KL_j      = (1/N) Σ_n ½ (μ_nj² + σ_nj² − ln σ_nj² − 1)
///   value     = Σ_j KL_j
///   free_bits = λ:  Σ_j max(λ, KL_j), so that a unit below λ has no gradient (Kingma et al., "Improved variational
///                   inference with inverse autoregressive flow", 2016, equation 15, one unit per group)
///   capacity = C:   |Σ_j KL_j − C|  (Burgess et al., "Understanding disentangling in β-VAE", 2018)
///
/// warmup_steps = T: at step t, counted from 0, C is min(1, t/T) times its full value; without C the weight is. The
/// gradient is at the input of the gaussian layer. Throws Error if the encoder does not end in one.
class GaussianKl final : public Penalty {
 public:
  GaussianKl(const GaussianKlConfig& config, const Network& network);

  std::string_view name() const override { return "gaussian_kl"; }
  int64_t statistics() const override { return units_; }
  bool couples_rows() const override { return config_.free_bits > 0 || config_.capacity > 0; }
  bool has_gradient_at(int layer) const override { return layer == layer_; }
  void prepare(ConstView theta, const PassContext& batch) override;
  double weight_factor() const override { return config_.capacity > 0 ? 1 : warmth_; }
  void observe(ConstView theta, const MicroBatch& batch, std::span<double> sums) const override;
  double value(ConstView theta, std::span<const double> sums, int64_t batch_rows) const override;
  void add_gradient(const MicroBatch& batch, int layer, std::span<const double> sums, double weight,
                    std::span<const View> saved, View grad) const override;

 private:
  double total(std::span<const double> sums, int64_t batch_rows) const;
  double capacity() const { return warmth_ * config_.capacity; }

  GaussianKlConfig config_;
  int layer_;  ///< its output is the input of the gaussian layer
  int64_t units_;
  double warmth_ = 1;  ///< min(1, t/T)
};

}  // namespace hourglass

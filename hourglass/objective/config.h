#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace hourglass {

/// Where a penalty looks and how it averages. on: "code", or "hidden" = every activation of encoder and decoder.
/// reduction: "sum" over units or "mean" over units; always the mean over the batch.
struct SparseL1Config {
  double weight = 0.0;
  std::string on = "code";
  std::string reduction = "sum";
};

struct SparseKlConfig {
  double weight = 0.0;
  double target = 0.05;  ///< ρ, in (0, 1)
  std::string on = "code";
  std::string reduction = "sum";
};

/// mean over the batch of ‖∂h/∂x‖²_F.
struct ContractiveConfig {
  double weight = 0.0;
  std::string estimator = "exact";  ///< "exact"; not given when probes > 0
  int64_t probes = 0;               ///< random probes per sample; 0 = exact
};

/// Σ W² over weight tensors, biases left out.
struct WeightDecayConfig {
  double weight = 0.0;
};

/// [objective]
struct ObjectiveConfig {
  std::string reconstruction;  ///< "bce", "mse", or empty: bce when the decoder ends in a sigmoid, else mse
  std::optional<ContractiveConfig> contractive;
  std::optional<SparseKlConfig> sparse_kl;
  std::optional<SparseL1Config> sparse_l1;
  std::optional<WeightDecayConfig> weight_decay;
};

/// [corruption]: at most one kind. The target stays the clean input.
struct CorruptionConfig {
  double gaussian = 0.0;     ///< standard deviation of added noise, ≥ 0, not clipped
  double masking = 0.0;      ///< fraction of features set to 0, in [0, 1)
  double salt_pepper = 0.0;  ///< fraction of features set to 0 or 1, evenly, in [0, 1)
};

}  // namespace hourglass

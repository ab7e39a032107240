#pragma once

#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "hourglass/nn/network.h"
#include "hourglass/objective/corruption.h"
#include "hourglass/objective/objective.h"

namespace hourglass {

/// A recipe's list entry.
LayerConfig layer(const std::string& kind, int64_t size = 0, int64_t kernel = 0, int64_t stride = 0,
                  int64_t padding = 0);
inline LayerConfig topk(int64_t k, double alpha = 0, int64_t from = 0) { return {"topk", TopKConfig{k, from, alpha}}; }
LayerConfig residual(std::vector<LayerConfig> branch, std::vector<LayerConfig> shortcut = {});

/// A recipe's list of layers, as TOML: "[{ conv2d = 4, kernel = 3 }, \"relu\"]".
std::vector<LayerConfig> layers(const std::string& toml);

ModelConfig model(std::vector<LayerConfig> encoder, std::vector<LayerConfig> decoder);

/// [objective]: a reconstruction, or "" for the network's own, and penalties.
template <class... Penalties>
ObjectiveConfig objective_of(const std::string& reconstruction, const Penalties&... penalties) {
  ObjectiveConfig config;
  config.reconstruction = find_named<Reconstruction>(reconstruction);
  [[maybe_unused]] const auto put = [&]<class P>(const P& p) {
    if constexpr (std::is_same_v<P, ContractiveConfig>) config.contractive = p;
    if constexpr (std::is_same_v<P, HessianConfig>) config.hessian = p;
    if constexpr (std::is_same_v<P, GaussianKlConfig>) config.gaussian_kl = p;
    if constexpr (std::is_same_v<P, MmdConfig>) config.mmd = p;
    if constexpr (std::is_same_v<P, SparseKlConfig>) config.sparse_kl = p;
    if constexpr (std::is_same_v<P, SparseL1Config>) config.sparse_l1 = p;
    if constexpr (std::is_same_v<P, WeightDecayConfig>) config.weight_decay = p;
  };
  (put(penalties), ...);
  return config;
}

/// Fresh weights in PyTorch's way.
Tensor fresh_weights(const Network& network, DType dtype, uint64_t seed);

/// A network under an objective, with fresh f64 weights and a batch of random rows in [0, 1]. Stays where it was made.
struct Workbench {
  Workbench(const ModelConfig& model, Shape input, const ObjectiveConfig& objective, int64_t rows = 5,
            const CorruptionConfig& corruption = {});
  Workbench(const Workbench&) = delete;

  /// One step's loss terms; the batch holds the layers' outputs afterwards.
  Objective::Totals terms();
  /// The first penalty's unweighted value.
  double penalty() { return terms().penalties.at(0); }
  /// The clean inputs, (rows, inputs).
  View inputs() { return batch.target(); }
  /// The codes of `input` (rows, inputs), at most as many rows as the batch has.
  std::vector<double> code(ConstView input);

  Network network;
  Objective objective;
  Tensor theta;
  TrainingBatch batch;
  uint32_t epoch = 0;  ///< keys the draws of terms()
};

}  // namespace hourglass

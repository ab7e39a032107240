#pragma once

#include <string>
#include <utility>
#include <vector>

#include "hourglass/nn/network.h"
#include "hourglass/objective/corruption.h"
#include "hourglass/objective/objective.h"

namespace hourglass {

/// A recipe's list entry.
LayerConfig layer(const std::string& kind, int64_t size = 0, int64_t kernel = 0, int64_t stride = 0,
                  int64_t padding = 0);

ModelConfig model(std::vector<LayerConfig> encoder, std::vector<LayerConfig> decoder);

/// Fresh weights in PyTorch's way.
Tensor fresh_weights(const Network& network, DType dtype, uint64_t seed);

/// A network under an objective, with fresh f64 weights and a batch of random rows in [0, 1]. Stays where it was made.
struct Workbench {
  Workbench(const ModelConfig& model, Shape input, const ObjectiveConfig& objective, int64_t rows = 5,
            const CorruptionConfig& corruption = {});
  Workbench(const Workbench&) = delete;

  /// One step's loss terms; the lane holds the activations afterwards.
  Objective::Totals terms();
  /// The first penalty's unweighted value.
  double penalty() { return terms().penalties.at(0); }

  Network network;
  Objective objective;
  Tensor theta;
  Lane lane;
};

}  // namespace hourglass

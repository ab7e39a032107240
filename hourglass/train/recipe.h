#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "hourglass/data/config.h"
#include "hourglass/nn/config.h"
#include "hourglass/objective/config.h"
#include "hourglass/optim/config.h"

namespace hourglass {

struct EarlyStoppingConfig {
  int64_t patience = 5;    ///< epochs without an improvement of at least min_delta
  double min_delta = 0.0;  ///< on the validation reconstruction
};

/// [train]
struct TrainConfig {
  int64_t epochs = 10;
  int64_t batch_size = 128;
  OptimizerConfig optimizer;
  ScheduleConfig schedule;
  std::optional<EarlyStoppingConfig> early_stopping;
  uint64_t seed = 42;
};

/// Everything a training run is: the sum of every room's own config.
struct Recipe {
  std::string name;  ///< shipped name or file stem; not a key
  std::string description;
  DataConfig data;
  ModelConfig model;
  ObjectiveConfig objective;
  CorruptionConfig corruption;
  TrainConfig train;
};

}  // namespace hourglass

#pragma once

#include <cstdint>
#include <string>

#include "hourglass/data/dataset.h"
#include "hourglass/recipe/recipe.h"

namespace hourglass {

/// How much a training takes.
struct TrainingSize {
  int64_t parameters = 0;
  int64_t bytes = 0;  ///< about: the program, weights, optimiser, copies for checkpoints, layer outputs, and data
};

/// Above these limits a training must be allowed explicitly.
struct SizeLimits {
  int64_t parameters = 100'000'000;
  int64_t bytes = 0;  ///< 0: available_memory()
};

/// The size of a training on `train`, on up to `threads` threads. Throws Error if the recipe's network does not fit the
/// data.
TrainingSize training_size(const Recipe& recipe, const Dataset& train, int threads);

/// One line: parameters, memory, samples, features, outputs.
std::string size_line(const Recipe& recipe, const DataSplits& data, int threads);

/// Throws Error if the training is above the limits, with the largest layer and a network or a batch size that would
/// fit.
void check_training_size(const Recipe& recipe, const Dataset& train, int threads, const SizeLimits& limits = {});

}  // namespace hourglass

#pragma once

#include <memory>
#include <span>
#include <vector>

#include "hourglass/data/scaler.h"
#include "hourglass/model/autoencoder.h"
#include "hourglass/objective/corruption.h"
#include "hourglass/objective/objective.h"
#include "hourglass/optim/optimizer.h"

namespace hourglass {

/// How many lanes a batch is cut into: a function of its rows alone, so that sums have one order on any number of
/// threads. Lanes are kept tall, for products like tall matrices, yet there are enough of them for a few threads.
int64_t lane_count(int64_t rows);

/// One optimiser step, and the memory for it: rows are gathered, corrupted, encoded, decoded and compared in lanes,
/// gradients come back lane by lane, and the optimiser moves the weights part by part. Nothing is allocated after the
/// first step.
class TrainingStep {
 public:
  TrainingStep(Autoencoder& model, Objective& objective, Optimizer& optimizer, const Corruption& corruption,
               int64_t batch_size, int threads);

  /// Trains on the given rows of `data`. `number` counts steps from 1 over the whole run. Returns the batch's terms
  /// before the move. When the loss is not finite the weights stay as they are.
  Objective::Totals run(const Dataset& data, std::span<const uint32_t> rows, uint32_t epoch, int64_t number,
                        double rate);

 private:
  void load(const Dataset& data, std::span<const uint32_t> rows, uint32_t epoch, Lane& lane) const;
  void move(int64_t rows, int64_t lanes, int64_t number, double rate);

  Autoencoder& model_;
  Objective& objective_;
  Optimizer& optimizer_;
  const Corruption& corruption_;
  int threads_;
  std::vector<Lane> lanes_;
  Tensor lane_gradients_;  ///< (lanes, parameters)
  Tensor gradient_;        ///< (parameters)
  std::vector<double> sums_;
};

}  // namespace hourglass

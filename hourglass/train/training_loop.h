#pragma once

#include <functional>

#include "hourglass/optim/schedule.h"
#include "hourglass/recipe/recipe.h"
#include "hourglass/train/row_sampler.h"
#include "hourglass/train/step.h"
#include "hourglass/train/thread_choice.h"

namespace hourglass {

/// How much of an epoch is done.
struct EpochProgress {
  int64_t step = 0;          ///< steps done
  int64_t rows = 0;          ///< training rows they used
  double seconds = 0.0;      ///< training time
  Objective::Totals totals;  ///< Σ over the steps of rows · terms
};

/// Trains a model batch by batch: the loop under Trainer, OnlineTrainer and fine_tune. Owns the objective, the
/// optimiser, augmentation and corruption, the order of rows and the memory of a step. What happens between steps and
/// between epochs is the caller's decision.
class TrainingLoop {
 public:
  /// Uses the recipe's objective, corruption, [train] and data.shuffle. `rows`: of an epoch; 0 if unknown, and then the
  /// learning rate is constant and layers that depend on the progress of the run behave as at its end. `classes`: one
  /// per row of the data, where the objective classifies; the classifier then reads the code that `encode` gives, also
  /// where training would give another one. Recipe and model must outlive the loop.
  TrainingLoop(const Recipe& recipe, Autoencoder& model, int64_t rows = 0, std::span<const int32_t> classes = {});
  TrainingLoop(const TrainingLoop&) = delete;

  /// Trains on the rows of epoch `epoch` (from 1) in batches, the last one smaller, from where `progress` stands, which
  /// moves on with every step. `after_step` returns whether to continue. Returns false when the loss is not finite; the
  /// weights are those before that step.
  bool run_epoch(const Dataset& data, std::span<const uint32_t> rows, int64_t epoch, ThreadChoice& threads,
                 EpochProgress& progress, const std::function<bool()>& after_step);

  int64_t batch_size() const { return batch_size_; }
  int64_t steps_per_epoch() const { return (rows_ + batch_size_ - 1) / batch_size_; }
  /// Steps of the whole run so far.
  int64_t steps_done() const { return steps_done_; }
  /// Continues the count of a resumed run.
  void resume(int64_t steps_done) { steps_done_ = steps_done; }
  const Objective& objective() const { return objective_; }
  Optimizer& optimizer() { return optimizer_; }
  /// From now on `rate` gives the learning rate of every step, counted from 0, instead of the schedule.
  void use_rates(std::function<double(int64_t step)> rate) { rate_ = std::move(rate); }
  /// State of the plateau schedule, which waits for update_plateau after each epoch; null with other schedules.
  PlateauState* plateau() { return plateau_ ? &*plateau_ : nullptr; }

 private:
  /// Throws Error, with what to do, if a batch of an epoch of so many rows is too small for a layer or penalty.
  void check_batches(int64_t rows) const;
  /// A classifier is trained on what `encode` gives.
  Mode mode() const { return objective_.classifies() ? Mode::encoding : Mode::training; }
  void train_batch(const Dataset& data, std::span<const uint32_t> rows, int64_t epoch, ThreadChoice& threads,
                   EpochProgress& progress);
  double learning_rate() const;

  Autoencoder& model_;
  const TrainConfig& config_;
  int64_t rows_, batch_size_;
  RowSampler sampler_;
  Objective objective_;
  Optimizer optimizer_;
  Corruption corruption_;
  std::optional<Augmentation> augmentation_;
  TrainingStep step_;
  int64_t steps_done_ = 0;
  std::optional<PlateauState> plateau_;
  std::function<double(int64_t step)> rate_;  ///< empty: the schedule
};

}  // namespace hourglass

#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "hourglass/data/dataset.h"
#include "hourglass/data/split.h"
#include "hourglass/model/anomaly.h"
#include "hourglass/model/autoencoder.h"
#include "hourglass/recipe/recipe.h"
#include "hourglass/run/events.h"
#include "hourglass/train/step.h"
#include "hourglass/train/thread_choice.h"

namespace hourglass {

/// How a run ended.
enum class Ending { finished, stopped_early, interrupted, diverged };

/// Runs a recipe on an autoencoder: epochs of shuffled batches, validation and test after each, early stopping.
/// Everything random is keyed by (seed, epoch, sample), so a run is a pure function of recipe, data and starting
/// weights.
class Trainer {
 public:
  /// Splits the training rows, fits the model's scaler to them and checks the data against the objective: bce refuses
  /// values outside [0, 1], naming the first row and feature. `test` may be null. `threads`: 0 for as many
  /// as pay. All references must outlive the trainer.
  Trainer(const Recipe& recipe, Autoencoder& model, const Dataset& train, const Dataset* test, int threads);

  struct Hooks {
    RunListener& listener;
    std::function<bool()> stop;        ///< asked after every step; true ends the run there, resumable to the bit
    std::function<void()> checkpoint;  ///< called when one is due and when stopped: the moment for checkpoint(); may be
                                       ///< empty
  };
  /// Trains to the end. When the loss is not finite, or before a checkpoint or after an epoch a weight or the
  /// optimiser's state is not, the weights of the last moment when all was well are put back.
  Ending run(const Hooks& hooks);

  /// Everything needed to go on: weights, optimiser state, best weights, position, and the epochs so far, as the
  /// listener was told of them.
  std::string checkpoint(const std::vector<EpochRecord>& epochs);
  /// Goes on from a checkpoint of the same recipe and data and returns its epochs; none where they are a text in its
  /// metadata "metrics", as they once were. Throws Error when it does not fit. One without the data's checksums, as
  /// before there were any, is taken to be of this data.
  std::vector<EpochRecord> restore(const SafeTensors& checkpoint, const std::string& name);
  /// What the recipe's [anomaly] asks for, fitted to the validation rows, or to the training rows where none are held
  /// out; nothing without it. Throws Error as fit_anomaly_scale does.
  std::optional<AnomalyScale> anomaly_scale();
  /// The last whole epoch.
  int64_t epochs_done() const { return position_.epoch - 1; }
  /// Steps done since then.
  int64_t steps_into_epoch() const { return position_.step; }
  bool is_finished() const { return position_.finished; }
  /// "bce" or "mse".
  std::string reconstruction() const { return std::string(objective_.reconstruction_name()); }

 private:
  /// Where the run is; all of it goes into a checkpoint.
  struct Position {
    int64_t epoch = 1;  ///< the one in progress
    int64_t step = 0;   ///< steps done in it
    double seconds = 0.0;
    Objective::Totals totals;  ///< Σ over its steps of rows · terms
    int64_t rows = 0;
    double best = 0.0;  ///< smallest validation loss; meaningful when best_epoch > 0
    int64_t best_epoch = 0;
    bool finished = false;
  };

  std::optional<Ending> run_epoch(const Hooks& hooks);
  std::vector<uint32_t> order_of_rows() const;
  void next_epoch(bool over);
  /// Whether the last checkpoint is too long ago.
  bool is_checkpoint_due(const Hooks& hooks) const;
  /// Seconds between checkpoints where the recipe names none: at first as long as the run has lasted, so that a kill
  /// costs half of that at most; later so long that checkpoints take one percent of the time.
  double pause() const;
  /// Remembers the weights as good.
  void remember();
  /// Likewise, and has a checkpoint made.
  void keep(const Hooks& hooks);
  std::vector<EpochRecord> read_metrics(const SafeTensors& file, const std::string& name) const;
  Position read_position(const std::string& text, const std::string& name) const;
  /// Of the whole run, before the present one.
  int64_t steps_done() const { return (position_.epoch - 1) * steps_per_epoch_ + position_.step; }
  int64_t steps() const { return recipe_.train.epochs * steps_per_epoch_; }
  void train_step(const std::vector<uint32_t>& order, int64_t step);
  EpochRecord end_epoch() const;
  /// With the parts of the data and the penalties that every epoch has.
  EpochRecord blank_epoch() const;
  bool patience_is_over(const EpochRecord& record, RunListener& listener);
  /// The first tensor of weights or optimiser with a value that is not finite; empty when all are.
  std::string broken_tensor();
  Ending diverge(RunListener& listener);
  Terms named(const Objective::Totals& totals, double scale) const;
  Terms evaluate(const Dataset& data, std::span<const uint32_t> rows) const;
  std::map<std::string, View> tensors();

  const Recipe& recipe_;
  Autoencoder& model_;
  const Dataset& train_;
  const Dataset* test_;
  std::map<std::string, std::string> checksums_;  ///< of the data, as in a checkpoint's metadata
  ThreadChoice threads_;
  Split split_;
  Objective objective_;
  Optimizer optimizer_;
  Corruption corruption_;
  TrainingStep step_;
  int64_t steps_per_epoch_;
  Tensor best_;  ///< θ of the best validation epoch, when stopping early
  Position position_;
  Tensor good_;  ///< θ when all was last known to be well
  std::string good_from_;
  std::chrono::steady_clock::time_point started_;  ///< when run() was called
  std::chrono::steady_clock::time_point kept_;     ///< when the last checkpoint was
  double keeping_ = 0.0;                           ///< seconds that it took
};

}  // namespace hourglass

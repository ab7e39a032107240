#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "hourglass/data/split.h"
#include "hourglass/model/anomaly.h"
#include "hourglass/run/events.h"
#include "hourglass/train/best_weights.h"
#include "hourglass/train/checkpoint_timer.h"
#include "hourglass/train/divergence_guard.h"
#include "hourglass/train/evaluator.h"
#include "hourglass/train/training_loop.h"

namespace hourglass {

struct RunPosition;

/// How a run ended.
enum class RunOutcome { finished, stopped_early, interrupted, diverged };

/// The split of the training rows that a Trainer makes, into those to train on and those for validation.
Split validation_split(const Recipe& recipe, const Dataset& train);

/// Trains an autoencoder by a recipe: epochs of shuffled batches, each followed by evaluation on the validation and
/// test rows, with early stopping and checkpoints. With train.ema the model's weights are the moving average of those
/// that the steps change (Optimizer::average_weights), and every measurement, the best weights and the end of the run
/// use them; the state of layers, as running statistics, is not averaged but the latest. Random numbers are keyed by
/// (seed, epoch, sample), so a run is a pure function of recipe, data, starting weights and arithmetic_text().
class Trainer {
 public:
  /// Splits the training rows, fits the model's scaler to them and checks the data against the objective: bce throws
  /// Error for values outside [0, 1], naming the first row and feature. `test` may be null. `threads`: 0 for all
  /// available cores, or one where that is faster. All references must outlive the trainer.
  Trainer(const Recipe& recipe, Autoencoder& model, const Dataset& train, const Dataset* test, int threads);

  struct Hooks {
    RunListener& listener;
    /// Called after every step; true ends the run there, and it can be resumed bit-exactly.
    std::function<bool()> stop;
    /// Called when a checkpoint is due and when stopped; stores the bytes of checkpoint(). May be empty.
    std::function<void()> checkpoint;
  };
  /// Trains to the end of the run. Diverges when the loss is not finite, or when the weights or the optimiser's state
  /// are not at a checkpoint or at the end of an epoch; then the weights from the last such moment at which all were
  /// finite are restored.
  RunOutcome run(const Hooks& hooks);

  /// The bytes of a checkpoint file with the run's whole state and the epochs so far, as the listener received them.
  std::string checkpoint(const std::vector<EpochRecord>& epochs);
  /// Resumes from a checkpoint of the same data and of a recipe that check_resumable accepts; with more epochs or more
  /// patience than before, a finished run continues. Returns its epochs; those of early versions are
  /// text, in the metadata "metrics". Throws Error when it does not fit or contradicts itself, or if a tensor has a
  /// value that is not finite. A checkpoint without checksums of the data is accepted for any data.
  std::vector<EpochRecord> restore(const SafeTensors& checkpoint, const std::string& name);
  /// The scale of the recipe's [anomaly], fitted to the validation rows, or to the training rows if there are none;
  /// nothing without that section. Throws Error as fit_anomaly_scale does, and Interrupted when `stop` returns true.
  std::optional<AnomalyScale> anomaly_scale(const std::function<bool()>& stop = nullptr);
  /// Number of completed epochs.
  int64_t epochs_done() const { return epoch_ - 1; }
  /// Steps of the next epoch that are done.
  int64_t steps_into_epoch() const { return progress_.step; }
  bool is_finished() const { return is_finished_; }
  /// Finished before train.epochs.
  bool has_stopped_early() const { return is_finished_ && epoch_ <= recipe_.train.epochs; }
  /// The losses of the model's weights, which with early stopping are those of the best of `epochs`. Epoch 0 stands for
  /// the initial weights, which have no training loss. Throws Interrupted when `stop` returns true.
  EpochRecord kept_record(const std::vector<EpochRecord>& epochs, const std::function<bool()>& stop = nullptr) const;
  /// "bce" or "mse".
  std::string reconstruction() const { return name_of(loop_.objective().reconstruction()); }

 private:
  std::optional<RunOutcome> run_epoch(const Hooks& hooks);
  std::optional<RunOutcome> after_step(const Hooks& hooks);
  std::optional<RunOutcome> end_epoch(const Hooks& hooks);
  RunOutcome diverge(RunListener& listener);
  EpochRecord epoch_record(const std::function<bool()>& stop) const;
  /// A record with the data and penalties of every epoch of this run, and zeros for all values.
  EpochRecord empty_record() const;
  /// Returns whether training should stop early after this epoch.
  bool should_stop_early(const EpochRecord& record, RunListener& listener);
  /// With early stopping, weights that init = "pca" made may be the best ones.
  void consider_initial_weights(const std::function<bool()>& stop);
  /// The plateau schedule sees the epoch's validation loss.
  void adapt_rate(const EpochRecord& record, RunListener& listener);
  /// The state of layers is not averaged: model_ takes that of the trained weights.
  void copy_layer_state();
  void begin_next_epoch();
  /// True between epochs if no other follows: train.epochs are done, or the patience of early stopping is over.
  bool is_over() const;
  void restore_last_weights(const SafeTensors& file, const std::string& name);
  bool is_checkpoint_due(const Hooks& hooks) const;
  void save_checkpoint(const Hooks& hooks);
  void snapshot_weights();

  RunPosition read_position(const std::string& text, const std::string& name) const;
  void check_progress(const RunPosition& position, const std::string& name) const;
  std::vector<EpochRecord> read_metrics(const SafeTensors& file, const std::string& name) const;
  std::map<std::string, View> tensors();

  const Recipe& recipe_;
  Autoencoder& model_;
  const Dataset& train_;
  const Dataset* test_;
  std::map<std::string, std::string> checksums_;  ///< SHA-256 of the data, by key of a checkpoint's metadata
  Split split_;
  std::optional<Autoencoder>
      trained_;  ///< with train.ema: what the steps change; model_ has the average of its weights
  TrainingLoop loop_;
  ThreadChoice threads_;
  Evaluator evaluator_;
  DivergenceGuard divergence_guard_;
  CheckpointTimer checkpoint_timer_;
  std::optional<BestWeights> best_weights_;    ///< with early stopping
  std::optional<ModelSnapshot> last_weights_;  ///< of a finished run whose model has the best ones
  int64_t epoch_ = 1;                          ///< the one in progress
  EpochProgress progress_;
  bool is_finished_ = false;
};

}  // namespace hourglass

#pragma once

#include <filesystem>

#include "hourglass/app/choose_recipe.h"
#include "hourglass/run/run_folder.h"
#include "hourglass/train/trainer.h"

namespace hourglass {

/// What to train and where its run folder is.
struct TrainingRequest {
  RecipeRequest recipe;
  std::filesystem::path folder = {};  ///< empty: runs/NAME, by the recipe's name, or without a recipe by the data's
  RunFolder::Existing existing = RunFolder::Existing::refuse;
  bool allow_large = false;  ///< do not refuse what is above SizeLimits
  std::string init = {};     ///< a .safetensors file with the weights to start from; empty: random weights
  int threads = 0;           ///< 0: as many as the trainer finds useful
};

struct TrainingResult {
  RunOutcome outcome;
  std::filesystem::path folder;
  std::string loss;                 ///< name of the reconstruction loss: "bce" or "mse"
  std::vector<EpochRecord> epochs;  ///< those of an earlier, resumed run among them
  EpochRecord kept = {};            ///< of a finished run: the epoch whose weights the model has; 0: the initial ones
};

/// A training with a run folder: model, metrics, checkpoints, plots and report.
class TrainingSession {
 public:
  /// Locks the folder, chooses the recipe, the run's own where the request resumes and names none, and reads the data,
  /// but writes nothing yet: a new folder is deleted again if run() is not called. `listener` receives all events of
  /// the session, messages to the user among them; it must outlive it. Throws Error for bad input, and for a file that
  /// is read and that the run would replace: the recipe, the data or the initial weights.
  TrainingSession(const TrainingRequest& request, RunListener& listener);
  TrainingSession(const TrainingSession&) = delete;

  /// Trains, from the newest readable checkpoint where the request resumes, and writes the run folder; a run that is
  /// already finished stays as it is. `stop` is asked after every step; true saves a checkpoint and ends the training
  /// there. It is asked while the report is drawn too, from any thread, one at a time; true leaves the model complete
  /// and the rest of the report undrawn. Where the training was interrupted or diverged, the model has its last good
  /// weights, and there is no report. Call it once. Throws RuntimeFailure where a file cannot be written.
  TrainingResult run(const std::function<bool()>& stop);

 private:
  void refuse_overwriting_inputs() const;
  DataSplits open_training_data();
  void check_source() const;
  std::vector<EpochRecord> resume();
  /// Tells the size of the training and what speaks against the objective. Returns the loss of the mean.
  double introduce();
  void compare_with_mean(const TrainingResult& result, double loss_of_mean);
  std::optional<AnomalyScale> anomaly_scale(const std::function<bool()>& stop);
  /// Whether the run folder has all that a finished run leaves. Throws Interrupted when `stop` returns true.
  bool is_complete(const std::function<bool()>& stop);
  /// Writes the model and the report, unless `stop` ends it: then the outcome is interrupted.
  void finish(TrainingResult& result, double loss_of_mean, const std::function<bool()>& stop);
  void draw_report(const TrainingResult& result, const std::optional<AnomalyScale>& scale,
                   const std::function<bool()>& stop);
  void note(const std::string& text) { listener_.on_note(text); }

  TrainingRequest request_;
  RunListener& listener_;
  RunFolder folder_;
  Recipe recipe_;
  DataSplits data_;
  Autoencoder model_;
  Trainer trainer_;
};

/// A whole training in one call.
TrainingResult train(
    const TrainingRequest& request, RunListener& listener, const std::function<bool()>& stop = [] { return false; });

}  // namespace hourglass

#pragma once

#include <optional>
#include <string>

#include "hourglass/report/terminal/bar_line.h"
#include "hourglass/report/terminal/stage_progress.h"
#include "hourglass/run/events.h"

namespace hourglass {

/// Shows the progress of a run as text. Each epoch prints one line,
/// `epoch 7/20  train bce 0.07310  test bce 0.07221  contractive 18.20  9,140 samples/s`;
/// on a terminal another line shows the current epoch, redrawn at most ten times a second, never wider than the window:
/// `epoch 7/20  ━━━━━━━━──────  62/100  bce 0.07310  contractive 18.20  9,140 samples/s  1:32 left`.
/// The time left includes all remaining epochs and the evaluation after each.
class ProgressBar final : public RunListener {
 public:
  explicit ProgressBar(std::ostream& out, const ProgressOptions& options = {})
      : line_(out, options), stages_(out, options) {}

  void on_start(const RunStart& start) override { run_ = start; }
  void on_step(const StepRecord& step) override;
  void on_epoch(const EpochRecord& epoch) override;
  void on_stage(const std::string& name, double done) override { stages_.update(name, done); }
  void on_note(const std::string& note) override {
    line_.erase();
    stages_.note(note);
  }

 private:
  using Time = std::chrono::steady_clock::time_point;

  std::string epoch_of(int64_t epoch) const;
  std::string seconds_left(const StepRecord& step) const;

  BarLine line_;
  StageProgress stages_;  ///< of the tasks after the training
  RunStart run_;
  std::optional<Time> drawn_;
  Time last_step_{};
  double training_seconds_ = 0.0;    ///< of the finished epochs
  double evaluation_seconds_ = 0.0;  ///< after the last finished epoch
  int64_t rows_ = 0;                 ///< of the finished epochs
};

}  // namespace hourglass

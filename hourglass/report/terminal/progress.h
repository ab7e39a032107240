#pragma once

#include <chrono>
#include <functional>
#include <iosfwd>
#include <optional>
#include <string>

#include "hourglass/run/events.h"

namespace hourglass {

/// Properties of the stream that a progress bar writes to.
struct ProgressOptions {
  bool terminal = false;                           ///< false: plain lines without control characters
  std::function<int()> width = [] { return 80; };  ///< in columns; read before each drawing, as windows are resized
  std::function<std::chrono::steady_clock::time_point()> now = std::chrono::steady_clock::now;
};

/// Shows the progress of a run as text. Each epoch prints one line,
/// `epoch 7/20  train bce 0.07310  test bce 0.07221  contractive 18.20  9,140 samples/s`;
/// on a terminal another line shows the current epoch, redrawn at most ten times a second, never wider than the window:
/// `epoch 7/20  ━━━━━━━━──────  62/100  bce 0.07310  contractive 18.20  9,140 samples/s  1:32 left`.
/// The time left includes all remaining epochs and the evaluation after each.
class ProgressBar final : public RunListener {
 public:
  explicit ProgressBar(std::ostream& out, ProgressOptions options = {});
  /// Erases an unfinished bar, so that the next message starts on an empty line.
  ~ProgressBar() override;
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  void on_start(const RunStart& start) override;
  void on_step(const StepRecord& step) override;
  void on_epoch(const EpochRecord& epoch) override;
  void on_note(const std::string& note) override;

 private:
  using Time = std::chrono::steady_clock::time_point;

  std::string epoch_of(int64_t epoch) const;
  std::string seconds_left(const StepRecord& step) const;
  void print_line(const std::string& line);
  void erase_bar();

  std::ostream& out_;
  ProgressOptions options_;
  RunStart run_;
  bool visible_ = false;  ///< the last line of the terminal is a bar
  std::optional<Time> drawn_;
  Time last_step_{};
  double training_seconds_ = 0.0;    ///< of the finished epochs
  double evaluation_seconds_ = 0.0;  ///< after the last finished epoch
  int64_t rows_ = 0;                 ///< of the finished epochs
};

}  // namespace hourglass

#pragma once

#include <chrono>

namespace hourglass {

/// Decides when the next checkpoint within an epoch is due. Wall-clock times are arguments, so that a test can choose
/// them.
class CheckpointTimer {
 public:
  using Clock = std::chrono::steady_clock;

  /// `minutes` between checkpoints; 0: chosen by checkpoint_interval().
  explicit CheckpointTimer(double minutes) : minutes_(minutes) {}

  /// Training starts: counts like a checkpoint that took no time.
  void start(Clock::time_point now) { started_at_ = last_checkpoint_at_ = now; }
  /// A checkpoint has been written between the two times.
  void record(Clock::time_point begin, Clock::time_point end);

  bool is_due(Clock::time_point now) const;
  /// Seconds from the last checkpoint to the next. Without a fixed interval: the age of the run at the last checkpoint,
  /// so that a kill costs at most half of the run, but not more than 100 times what the last checkpoint took, which
  /// keeps the cost at one percent; at least 0.25, at most 600.
  double checkpoint_interval() const;

 private:
  double minutes_;
  Clock::time_point started_at_, last_checkpoint_at_;
  double last_checkpoint_seconds_ = 0.0;
};

}  // namespace hourglass

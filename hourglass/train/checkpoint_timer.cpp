#include "hourglass/train/checkpoint_timer.h"

#include <algorithm>

namespace hourglass {

namespace {

double in_seconds(CheckpointTimer::Clock::duration time) { return std::chrono::duration<double>(time).count(); }

}  // namespace

void CheckpointTimer::record(Clock::time_point begin, Clock::time_point end) {
  last_checkpoint_seconds_ = in_seconds(end - begin);
  last_checkpoint_at_ = end;
}

bool CheckpointTimer::is_due(Clock::time_point now) const {
  return in_seconds(now - last_checkpoint_at_) >= checkpoint_interval();
}

double CheckpointTimer::checkpoint_interval() const {
  constexpr double kMaxShare = 0.01, kMin = 0.25, kMax = 600;
  if (minutes_ > 0) return 60 * minutes_;
  const double age = in_seconds(last_checkpoint_at_ - started_at_);
  return std::clamp(std::min(last_checkpoint_seconds_ / kMaxShare, age), kMin, kMax);
}

}  // namespace hourglass

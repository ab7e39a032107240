#include "hourglass/train/thread_choice.h"

#include <algorithm>

namespace hourglass {

void ThreadChoice::record_step(double seconds_per_row) {
  if (!adapts_) return;
  // The first steps after a change fill caches and wake threads.
  if (steps_++ >= kWarmUpSteps) (is_trial_ ? trial_ : usual_).add(seconds_per_row);
  if (is_trial_ && trial_.count == kTrialSteps) {
    finish_trial();
  } else if (!is_trial_ && usual_.count >= steps_between_trials_) {
    is_trial_ = true;
    steps_ = 0;
  }
}

void ThreadChoice::finish_trial() {
  constexpr double kClearlyFaster = 0.95;
  const bool changes = trial_.value() < kClearlyFaster * usual_.value();
  if (changes) prefers_one_ = !prefers_one_;
  steps_between_trials_ = changes ? kFirstGap : std::min(2 * steps_between_trials_, kLongestGap);
  is_trial_ = false;
  steps_ = 0;
  usual_ = trial_ = {};
}

}  // namespace hourglass

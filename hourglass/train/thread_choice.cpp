#include "hourglass/train/thread_choice.h"

#include <algorithm>

namespace hourglass {

void ThreadChoice::took(double seconds) {
  if (!is_free_) return;
  // The first steps after a change fill caches and wake threads.
  if (steps_++ >= kWarmUp) (is_trying_ ? trial_ : usual_).add(seconds);
  if (is_trying_ && trial_.count == kTrial) {
    decide();
  } else if (!is_trying_ && usual_.count >= patience_) {
    is_trying_ = true;
    steps_ = 0;
  }
}

void ThreadChoice::decide() {
  constexpr double kClearly = 0.95;
  const bool changes = trial_.value() < kClearly * usual_.value();
  if (changes) takes_one_ = !takes_one_;
  patience_ = changes ? kFirst : std::min(2 * patience_, kLongest);
  is_trying_ = false;
  steps_ = 0;
  usual_ = trial_ = {};
}

}  // namespace hourglass

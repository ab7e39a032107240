#pragma once

#include <cstdint>

namespace hourglass {

/// Chooses on how many threads a step runs: all, or one where that is faster, as with very short steps or while another
/// program uses the processor. It measures steps and now and then tries the other choice, less often the longer that
/// does not pay. Results do not depend on the choice.
class ThreadChoice {
 public:
  /// requested > 0: always that many. 0: `available` or one, whichever is faster.
  ThreadChoice(int requested, int available)
      : max_threads_(requested > 0 ? requested : available), adapts_(requested <= 0 && available > 1) {}

  /// For the next step.
  int threads() const { return prefers_one_ != is_trial_ ? 1 : max_threads_; }
  /// For work that is not measured.
  int max_threads() const { return max_threads_; }
  /// Takes into account how long the step ran.
  void record_step(double seconds_per_row);

 private:
  void finish_trial();

  /// Mean of the values added.
  struct Mean {
    double sum = 0;
    int64_t count = 0;
    void add(double value) { sum += value, ++count; }
    double value() const { return sum / static_cast<double>(count); }
  };

  int max_threads_;
  bool adapts_, prefers_one_ = false, is_trial_ = false;
  int64_t steps_ = 0;                         ///< since the number of threads last changed
  int64_t steps_between_trials_ = kFirstGap;  ///< measured steps
  Mean usual_, trial_;
  static constexpr int64_t kFirstGap = 32, kLongestGap = 1024, kTrialSteps = 6, kWarmUpSteps = 2;
};

}  // namespace hourglass

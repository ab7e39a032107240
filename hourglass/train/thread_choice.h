#pragma once

#include <cstdint>

namespace hourglass {

/// How many threads a step runs on. More threads are slower than one where steps are very short, or while another
/// program keeps a processor busy; results are the same on any number, so the faster way is found by trying. Now and
/// then some steps are run the other way, less and less often while that does not pay.
class ThreadChoice {
 public:
  /// asked > 0: always that many. 0: `available` or one, whichever is faster.
  ThreadChoice(int asked, int available)
      : most_(asked > 0 ? asked : available), is_free_(asked <= 0 && available > 1) {}

  /// For the next step.
  int threads() const { return takes_one_ != is_trying_ ? 1 : most_; }
  /// For work that is not measured.
  int most() const { return most_; }
  /// What the step took, per row.
  void took(double seconds);

 private:
  void decide();

  /// Mean of what steps took since it was cleared.
  struct Mean {
    double sum = 0;
    int64_t count = 0;
    void add(double value) { sum += value, ++count; }
    double value() const { return sum / static_cast<double>(count); }
  };

  int most_;
  bool is_free_, takes_one_ = false, is_trying_ = false;
  int64_t steps_ = 0;  ///< since the way of running last changed
  int64_t patience_ = kFirst;
  Mean usual_, trial_;
  static constexpr int64_t kFirst = 32, kLongest = 1024, kTrial = 6, kWarmUp = 2;
};

}  // namespace hourglass

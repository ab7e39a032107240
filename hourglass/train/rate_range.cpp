#include "hourglass/train/rate_range.h"

#include <algorithm>
#include <cmath>

#include "hourglass/train/training_loop.h"

namespace hourglass {

namespace {

constexpr double kSmoothing = 0.9, kDivergence = 4.0, kSafety = 2.0;
constexpr int64_t kReach = 10;  // steps on each side of a slope

/// The loss per factor e of the rate, by least squares.
double slope(std::span<const RateStep> steps) {
  double x_mean = 0, y_mean = 0, xy = 0, xx = 0;
  const auto n = static_cast<double>(steps.size());
  for (const RateStep& s : steps) {
    x_mean += std::log(s.rate) / n;
    y_mean += s.smoothed / n;
  }
  for (const RateStep& s : steps) {
    xy += (std::log(s.rate) - x_mean) * (s.smoothed - y_mean);
    xx += (std::log(s.rate) - x_mean) * (std::log(s.rate) - x_mean);
  }
  return xy / xx;
}

/// Adds a step to the test. Returns whether the loss still stays near its smallest.
bool add(double rate, double loss, RateTest& test) {
  const auto done = static_cast<double>(test.steps.size());
  const double weight = 1 - std::pow(kSmoothing, done), grown = kSmoothing * weight + 1 - kSmoothing;
  const double before = test.steps.empty() ? 0 : weight * test.steps.back().smoothed;
  test.steps.push_back({rate, loss, (kSmoothing * before + (1 - kSmoothing) * loss) / grown});
  const double smallest = std::ranges::min_element(test.steps, {}, &RateStep::smoothed)->smoothed;
  return test.steps.back().smoothed <= kDivergence * smallest;
}

}  // namespace

std::optional<double> suggest_rate(std::span<const RateStep> steps) {
  const auto smallest = std::ranges::min_element(steps, {}, &RateStep::smoothed) - steps.begin();
  double steepest = 0;
  std::optional<double> rate;
  for (int64_t k = 1; k < smallest; ++k) {
    const int64_t first = std::max<int64_t>(0, k - kReach);
    const int64_t end = std::min<int64_t>(std::ssize(steps), k + kReach + 1);
    const double here = slope(steps.subspan(first, end - first));
    if (here >= steepest) continue;
    steepest = here;
    rate = steps[k].rate / kSafety;
  }
  return rate;
}

RateTest test_rates(const Recipe& recipe, Autoencoder& model, const Dataset& data, std::span<const uint32_t> rows,
                    const RateRange& range, int threads, const std::function<bool(double)>& progress) {
  const auto last = static_cast<double>(range.steps - 1);
  const auto rate_of = [&](int64_t k) {
    return range.from * std::pow(range.to / range.from, static_cast<double>(k) / last);
  };
  TrainingLoop loop(recipe, model, static_cast<int64_t>(rows.size()));
  loop.use_rates(rate_of);
  ThreadChoice fixed(threads, 1);
  RateTest test;
  bool is_over = false;
  for (int64_t epoch = 1; !is_over && !test.has_diverged; ++epoch) {
    EpochProgress now, before;
    const auto after_step = [&] {
      const auto k = static_cast<int64_t>(test.steps.size());
      const double loss = (now.totals.loss - before.totals.loss) / static_cast<double>(now.rows - before.rows);
      before = now;
      test.has_diverged = !add(rate_of(k), loss, test);
      is_over = k + 1 == range.steps || (progress && !progress(static_cast<double>(k) / last));
      return !is_over && !test.has_diverged;
    };
    test.has_diverged |= !loop.run_epoch(data, rows, epoch, fixed, now, after_step);
  }
  test.suggestion = suggest_rate(test.steps);
  return test;
}

}  // namespace hourglass

#include "hourglass/train/rate_range.h"

#include <algorithm>
#include <cmath>

#include "hourglass/train/row_sampler.h"
#include "hourglass/train/step.h"

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

/// The rows of one step after the other, epoch by epoch, the last, smaller batch of an epoch included.
class Batches {
 public:
  Batches(const Recipe& recipe, std::span<const uint32_t> rows)
      : sampler_(recipe.train.seed, recipe.data.shuffle),
        rows_(rows),
        size_(std::min<size_t>(recipe.train.batch_size, rows.size())) {}

  std::span<const uint32_t> next() {
    if (first_ >= order_.size()) {
      order_ = sampler_.order(rows_, ++epoch_);
      first_ = 0;
    }
    const auto batch = std::span(order_).subspan(first_, std::min(size_, order_.size() - first_));
    first_ += size_;
    return batch;
  }
  uint32_t epoch() const { return epoch_; }
  int64_t size() const { return static_cast<int64_t>(size_); }

 private:
  RowSampler sampler_;
  std::span<const uint32_t> rows_;
  size_t size_, first_ = 0;
  std::vector<uint32_t> order_;
  uint32_t epoch_ = 0;
};

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
  Objective objective(recipe.objective, model.network(), recipe.train.seed);
  Optimizer optimizer(recipe.train.optimizer, model.theta().dtype(), model.theta().size());
  const Corruption corruption(recipe.corruption, recipe.train.seed);
  Batches batches(recipe, rows);
  TrainingStep step(model, objective, optimizer, corruption, batches.size());
  RateTest test;
  double sum = 0, weight = 1, smallest = 0;
  for (int64_t k = 0; k < range.steps && !test.has_diverged; ++k) {
    const double done = static_cast<double>(k) / static_cast<double>(range.steps - 1);
    const double rate = range.from * std::pow(range.to / range.from, done);
    const auto batch = batches.next();
    const double loss = step.run(data, {.rows = batch,
                                        .epoch = batches.epoch(),
                                        .number = k + 1,
                                        .learning_rate = rate,
                                        .threads = threads,
                                        .progress = done,
                                        .clip_norm = recipe.train.clip_norm})
                            .loss;
    sum = kSmoothing * sum + (1 - kSmoothing) * loss;
    weight *= kSmoothing;
    const double smoothed = sum / (1 - weight);
    if (k == 0 || smoothed < smallest) smallest = smoothed;
    test.has_diverged = !std::isfinite(loss) || smoothed > kDivergence * smallest;
    if (std::isfinite(loss)) test.steps.push_back({rate, loss, smoothed});
    if (progress && !progress(done)) break;
  }
  test.suggestion = suggest_rate(test.steps);
  return test;
}

}  // namespace hourglass

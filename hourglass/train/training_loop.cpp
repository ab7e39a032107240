#include "hourglass/train/training_loop.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace hourglass {

namespace {

void add_scaled(const Objective::Totals& terms, double scale, Objective::Totals& total) {
  total.loss += scale * terms.loss;
  total.reconstruction += scale * terms.reconstruction;
  total.penalties.resize(terms.penalties.size());
  for (size_t k = 0; k < terms.penalties.size(); ++k) total.penalties[k] += scale * terms.penalties[k];
}

std::optional<Augmentation> make_augmentation(const Recipe& recipe, const Autoencoder& model) {
  if (!recipe.augmentation) return std::nullopt;
  return Augmentation(*recipe.augmentation, model.network().input(), recipe.train.seed);
}

/// The largest smaller batch size, else the smallest larger one, whose last batch has several rows.
int64_t size_without_rest(int64_t rows, int64_t batch_size) {
  for (int64_t size = batch_size - 1; size > 1; --size)
    if (rows % size != 1) return size;
  int64_t size = batch_size + 1;
  while (rows % size == 1) ++size;
  return size;
}

}  // namespace

TrainingLoop::TrainingLoop(const Recipe& recipe, Autoencoder& model, int64_t rows, std::span<const int32_t> classes)
    : model_(model),
      config_(recipe.train),
      rows_(rows),
      batch_size_(rows > 0 ? std::min(config_.batch_size, rows) : config_.batch_size),
      sampler_(config_.seed, recipe.data.shuffle),
      objective_(recipe.objective, model.network(), config_.seed),
      optimizer_(config_.optimizer, model.theta().dtype(), model.network().parameter_count()),
      corruption_(recipe.corruption, config_.seed),
      augmentation_(make_augmentation(recipe, model)),
      step_(model, objective_, optimizer_, corruption_, batch_size_, classes,
            augmentation_ ? &*augmentation_ : nullptr) {
  if (config_.schedule.kind == ScheduleKind::plateau) plateau_.emplace();
  if (rows > 0) check_batches(rows);
}

void TrainingLoop::check_batches(int64_t rows) const try {
  if (mode() != Mode::training) return;
  for (const int64_t batch : {std::min(batch_size_, rows), (rows - 1) % batch_size_ + 1}) {
    model_.network().check_batch(batch);
    objective_.check_batch_rows(batch);
  }
} catch (const Error& e) {
  const int64_t last = (rows - 1) % batch_size_ + 1;
  if (last == batch_size_) fail("train.batch_size = {}: {}", batch_size_, e.what());
  fail("{}\nThe last batch of an epoch has {} of {} rows with train.batch_size = {}; use another size, for example {}",
       e.what(), last, rows, batch_size_, size_without_rest(rows, batch_size_));
}

bool TrainingLoop::run_epoch(const Dataset& data, std::span<const uint32_t> rows, int64_t epoch, ThreadChoice& threads,
                             EpochProgress& progress, const std::function<bool()>& after_step) {
  const std::vector<uint32_t> order = sampler_.order(rows, epoch);
  const auto end = static_cast<int64_t>(order.size());
  check_batches(end);
  for (int64_t first = progress.step * batch_size_; first < end; first += batch_size_) {
    const int64_t count = std::min(batch_size_, end - first);
    train_batch(data, std::span(order).subspan(first, count), epoch, threads, progress);
    if (!std::isfinite(progress.totals.loss)) return false;
    if (!after_step()) break;
  }
  return true;
}

/// Of the next step.
double TrainingLoop::learning_rate() const {
  if (rate_) return rate_(steps_done_);
  const int64_t total = config_.epochs * steps_per_epoch();
  if (total == 0) return optimizer_.learning_rate();
  const double factor = schedule_factor(config_.schedule, steps_done_, total, steps_per_epoch());
  return optimizer_.learning_rate() * factor * (plateau_ ? plateau_->factor : 1.0);
}

void TrainingLoop::train_batch(const Dataset& data, std::span<const uint32_t> rows, int64_t epoch,
                               ThreadChoice& threads, EpochProgress& progress) {
  const auto start = std::chrono::steady_clock::now();
  const double rate = learning_rate();
  const int64_t done = steps_done_++, total = config_.epochs * steps_per_epoch();
  const auto count = static_cast<double>(rows.size());
  const double run_progress = total > 0 ? static_cast<double>(done) / static_cast<double>(total) : 1.0;
  const auto terms = step_.run(data, {.rows = rows,
                                      .epoch = static_cast<uint32_t>(epoch),
                                      .number = steps_done_,
                                      .learning_rate = rate,
                                      .threads = threads.threads(),
                                      .progress = run_progress,
                                      .mode = mode(),
                                      .clip_norm = config_.clip_norm});
  add_scaled(terms, count, progress.totals);
  ++progress.step;
  progress.rows += static_cast<int64_t>(rows.size());
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  threads.record_step(seconds / count);
  progress.seconds += seconds;
}

}  // namespace hourglass

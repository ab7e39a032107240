#include "hourglass/train/trainer.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "hourglass/base/parallel.h"
#include "hourglass/base/random.h"
#include "hourglass/data/unit_interval.h"
#include "hourglass/model/inference.h"
#include "hourglass/tensor/copy.h"

namespace hourglass {

namespace {

using Clock = std::chrono::steady_clock;

double in_seconds(Clock::duration time) { return std::chrono::duration<double>(time).count(); }

double seconds_since(Clock::time_point start) { return in_seconds(Clock::now() - start); }

void add_scaled(const Objective::Totals& terms, double scale, Objective::Totals& total) {
  total.loss += scale * terms.loss;
  total.reconstruction += scale * terms.reconstruction;
  total.penalties.resize(terms.penalties.size());
  for (size_t k = 0; k < terms.penalties.size(); ++k) total.penalties[k] += scale * terms.penalties[k];
}

/// The rows to train on and the model's scaler, fitted to them: needed before anything else is made.
Split prepare(const Recipe& recipe, Autoencoder& model, const Dataset& train) {
  model.check_fits(train);
  Split split = split_rows(static_cast<uint32_t>(train.rows()), recipe.data.validation, recipe.train.seed);
  model.scaler = fit_scaler(recipe.data.scale, train, split.train, recipe.data.read.missing == "mean");
  return split;
}

bool is_finite(const EpochRecord& record) {
  for (const auto& terms : {record.validation, record.test})
    if (terms && !std::isfinite(terms->reconstruction)) return false;
  return true;
}

/// SHA-256 of the data by the key of a checkpoint's metadata that holds it.
std::map<std::string, std::string> checksums(const Dataset& train, const Dataset* test) {
  std::map<std::string, std::string> sums = {{"train_data", train.sha256()}};
  if (test) sums["test_data"] = test->sha256();
  return sums;
}

}  // namespace

Trainer::Trainer(const Recipe& recipe, Autoencoder& model, const Dataset& train, const Dataset* test, int threads)
    : recipe_(recipe),
      model_(model),
      train_(train),
      test_(test),
      checksums_(checksums(train, test)),
      threads_(threads, available_threads()),
      split_(prepare(recipe, model, train)),
      objective_(recipe.objective, model.network(), recipe.train.seed),
      optimizer_(recipe.train.optimizer, model.theta().dtype(), model.network().parameter_count()),
      corruption_(recipe.corruption, recipe.train.seed),
      step_(model, objective_, optimizer_, corruption_,
            std::min(recipe.train.batch_size, static_cast<int64_t>(split_.train.size()))),
      good_(model.theta().dtype(), model.theta().shape()) {
  const auto rows = static_cast<int64_t>(split_.train.size());
  steps_per_epoch_ = (rows + recipe.train.batch_size - 1) / recipe.train.batch_size;
  if (objective_.reconstruction_name() == "bce") check_unit_interval(train, model.scaler);
  if (recipe.train.early_stopping) best_ = Tensor(model.theta().dtype(), {model.network().parameter_count()});
}

Ending Trainer::run(const Hooks& hooks) {
  hooks.listener.on_start({recipe_.name, reconstruction(), recipe_.train.epochs, position_.epoch, steps_per_epoch_,
                           static_cast<int64_t>(split_.train.size())});
  remember();
  started_ = kept_ = Clock::now();  // the start is as good as a checkpoint
  while (!position_.finished)
    if (const auto ending = run_epoch(hooks)) return *ending;
  return Ending::finished;
}

std::optional<Ending> Trainer::run_epoch(const Hooks& hooks) {
  const std::vector<uint32_t> order = order_of_rows();
  while (position_.step < steps_per_epoch_) {
    train_step(order, position_.step);
    if (!std::isfinite(position_.totals.loss)) return diverge(hooks.listener);
    hooks.listener.on_step({position_.epoch, position_.step, named(position_.totals, 1.0 / position_.rows),
                            position_.seconds, position_.rows});
    const bool stop = hooks.stop();
    if (position_.step == steps_per_epoch_ || !(stop || is_checkpoint_due(hooks))) continue;
    if (!broken_tensor().empty()) return diverge(hooks.listener);
    keep(hooks);
    if (stop) return Ending::interrupted;
  }
  model_.enter({});  // epochs are compared, and kept, as the networks that are used in the end
  const EpochRecord record = end_epoch();
  if (!is_finite(record) || !broken_tensor().empty()) return diverge(hooks.listener);
  const bool over = patience_is_over(record, hooks.listener);
  hooks.listener.on_epoch(record);
  next_epoch(over);
  const bool stop = hooks.stop(), nth = epochs_done() % recipe_.train.checkpoint.epochs == 0;
  if (position_.finished || stop || nth || is_checkpoint_due(hooks))
    keep(hooks);
  else
    remember();
  if (over) return Ending::stopped_early;
  if (!position_.finished && stop) return Ending::interrupted;
  return std::nullopt;
}

std::vector<uint32_t> Trainer::order_of_rows() const {
  std::vector<uint32_t> order = split_.train;
  if (!recipe_.data.shuffle) return order;
  const auto permutation =
      shuffled(recipe_.train.seed, static_cast<uint32_t>(position_.epoch), static_cast<uint32_t>(order.size()));
  for (size_t i = 0; i < order.size(); ++i) order[i] = split_.train[permutation[i]];
  return order;
}

void Trainer::next_epoch(bool over) {
  ++position_.epoch;
  position_.step = position_.rows = 0;
  position_.seconds = 0;
  position_.totals = {};
  position_.finished = over || position_.epoch > recipe_.train.epochs;
  if (position_.finished && position_.best_epoch > 0) copy(best_, model_.theta());
}

bool Trainer::is_checkpoint_due(const Hooks& hooks) const {
  if (!hooks.checkpoint) return false;
  const double minutes = recipe_.train.checkpoint.minutes;
  return seconds_since(kept_) >= (minutes > 0 ? 60 * minutes : pause());
}

double Trainer::pause() const {
  constexpr double kMostShare = 0.01, kShortest = 0.25, kLongest = 600;
  return std::clamp(std::min(keeping_ / kMostShare, in_seconds(kept_ - started_)), kShortest, kLongest);
}

void Trainer::keep(const Hooks& hooks) {
  remember();
  if (!hooks.checkpoint) return;
  const auto start = Clock::now();
  hooks.checkpoint();
  keeping_ = seconds_since(start);
  kept_ = Clock::now();
}

void Trainer::remember() {
  copy(model_.theta(), good_);
  good_from_ = position_.step > 0    ? fmt::format("after epoch {} step {}", position_.epoch, position_.step)
               : position_.epoch > 1 ? fmt::format("after epoch {}", epochs_done())
                                     : "from before the first step";
}

void Trainer::train_step(const std::vector<uint32_t>& order, int64_t step) {
  const auto start = Clock::now();
  const int64_t batch = recipe_.train.batch_size, first = step * batch;
  const int64_t count = std::min(batch, static_cast<int64_t>(order.size()) - first);
  const int64_t done = steps_done();
  const double rate = optimizer_.learning_rate() * schedule_factor(recipe_.train.schedule, done, steps());
  model_.enter({.progress = static_cast<double>(done) / static_cast<double>(steps())});
  const auto terms = step_.run(train_, std::span(order).subspan(first, count), static_cast<uint32_t>(position_.epoch),
                               done + 1, rate, threads_.threads());
  add_scaled(terms, static_cast<double>(count), position_.totals);
  position_.rows += count;
  ++position_.step;
  const double seconds = seconds_since(start);
  threads_.took(seconds / static_cast<double>(count));
  position_.seconds += seconds;
}

EpochRecord Trainer::blank_epoch() const {
  EpochRecord r;
  r.train = named({.penalties = std::vector<double>(objective_.penalties().size())}, 1.0);
  if (!split_.validation.empty()) r.validation.emplace();
  if (test_) r.test.emplace();
  return r;
}

EpochRecord Trainer::end_epoch() const {
  EpochRecord r;
  r.epoch = position_.epoch;
  r.train = named(position_.totals, 1.0 / static_cast<double>(position_.rows));
  if (!split_.validation.empty()) r.validation = evaluate(train_, split_.validation);
  if (test_) r.test = evaluate(*test_, {});
  r.seconds = position_.seconds;
  r.samples_per_second = position_.seconds > 0 ? static_cast<double>(position_.rows) / position_.seconds : 0.0;
  return r;
}

bool Trainer::patience_is_over(const EpochRecord& record, RunListener& listener) {
  if (!recipe_.train.early_stopping) return false;
  const auto& [patience, min_delta] = *recipe_.train.early_stopping;
  const double now = record.validation->reconstruction;
  if (position_.best_epoch == 0 || now < position_.best - min_delta) {
    position_.best = now;
    position_.best_epoch = record.epoch;
    copy(model_.theta(), best_);
    return false;
  }
  if (record.epoch - position_.best_epoch < patience) return false;
  listener.on_note(fmt::format("stopped after epoch {}: no better validation {} since epoch {}, whose weights are kept",
                               record.epoch, objective_.reconstruction_name(), position_.best_epoch));
  return true;
}

std::optional<AnomalyScale> Trainer::anomaly_scale() {
  if (!recipe_.anomaly) return std::nullopt;
  model_.enter({});
  const auto& rows = split_.validation.empty() ? split_.train : split_.validation;
  return fit_anomaly_scale(Inference(model_, threads_.most()), train_, rows, recipe_.anomaly->quantile);
}

std::string Trainer::broken_tensor() {
  const auto is_broken = [](ConstView view) { return !std::isfinite(ops::sum_of_squares(view)); };
  for (const auto& [name, view] : model_.weights())
    if (is_broken(view)) return name;
  for (const auto& [name, view] : optimizer_.state())
    if (is_broken(view)) return name;
  return "";
}

Ending Trainer::diverge(RunListener& listener) {
  const std::string tensor = broken_tensor();
  listener.on_note(fmt::format(
      "diverged at epoch {} step {}: {} is not finite; the weights {} are kept. A smaller learning rate than {} may "
      "help",
      position_.epoch, position_.step, tensor.empty() ? "the loss" : "tensor " + tensor, good_from_,
      optimizer_.learning_rate()));
  copy(good_, model_.theta());
  return Ending::diverged;
}

Terms Trainer::named(const Objective::Totals& totals, double scale) const {
  Terms t{totals.loss * scale, totals.reconstruction * scale, {}};
  for (size_t k = 0; k < totals.penalties.size(); ++k)
    t.penalties.emplace_back(objective_.penalties()[k].penalty->name(), totals.penalties[k] * scale);
  return t;
}

Terms Trainer::evaluate(const Dataset& data, std::span<const uint32_t> rows) const {
  const Inference inference(model_, threads_.most());
  const double value = objective_.reconstruction_name() == "bce" ? mean_bce(inference, data, rows)
                                                                 : mean_squared_error(inference, data, rows);
  return {value, value, {}};
}

}  // namespace hourglass

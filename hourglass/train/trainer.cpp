#include "hourglass/train/trainer.h"

#include <algorithm>
#include <cmath>

#include "hourglass/base/interrupted.h"
#include "hourglass/base/parallel.h"
#include "hourglass/data/scaler.h"
#include "hourglass/model/inference.h"
#include "hourglass/tensor/copy.h"

namespace hourglass {

namespace {

using Clock = CheckpointTimer::Clock;

/// The rows to train on. Fits the model's scaler to them, which everything after it needs.
Split prepare(const Recipe& recipe, Autoencoder& model, const Dataset& train) {
  model.check_fits(train);
  Split split = validation_split(recipe, train);
  model.scaler = fit_scaler(recipe.data, train, split.train);
  return split;
}

bool is_finite(const EpochRecord& record) {
  for (const auto& terms : {record.validation, record.test})
    if (terms && !std::isfinite(terms->reconstruction)) return false;
  return true;
}

std::map<std::string, std::string> checksums(const Dataset& train, const Dataset* test) {
  std::map<std::string, std::string> sums = {{"train_data", train.sha256()}};
  if (test) sums["test_data"] = test->sha256();
  return sums;
}

/// With train.ema, a second model for the weights that the steps change.
std::optional<Autoencoder> to_average(const Recipe& recipe, const Autoencoder& model) {
  if (recipe.train.ema == 0) return std::nullopt;
  std::optional<Autoencoder> trained(std::in_place, recipe.model, model.network().input(), model.theta().dtype());
  trained->scaler = model.scaler;
  return trained;
}

/// The mean over the epoch's rows so far.
Terms mean_terms(const Objective& objective, const EpochProgress& progress) {
  const double scale = 1.0 / static_cast<double>(progress.rows);
  Terms terms{progress.totals.loss * scale, progress.totals.reconstruction * scale, {}};
  for (size_t k = 0; k < progress.totals.penalties.size(); ++k)
    terms.penalties.emplace_back(objective.penalties()[k].penalty->name(), progress.totals.penalties[k] * scale);
  return terms;
}

}  // namespace

Split validation_split(const Recipe& recipe, const Dataset& train) {
  return split_rows(static_cast<uint32_t>(train.rows()), recipe.data.validation, recipe.train.seed);
}

Trainer::Trainer(const Recipe& recipe, Autoencoder& model, const Dataset& train, const Dataset* test, int threads)
    : recipe_(recipe),
      model_(model),
      train_(train),
      test_(test),
      checksums_(checksums(train, test)),
      split_(prepare(recipe, model, train)),
      trained_(to_average(recipe, model)),
      loop_(recipe, trained_ ? *trained_ : model, static_cast<int64_t>(split_.train.size())),
      threads_(threads, available_threads()),
      evaluator_(model, loop_.objective().reconstruction() == Reconstruction::bce, {train, split_.held_out, test},
                 threads_.max_threads()),
      divergence_guard_(model, loop_.optimizer()),
      checkpoint_timer_(recipe.train.checkpoint.minutes) {
  if (loop_.objective().reconstruction() == Reconstruction::bce) check_unit_interval(train, model.scaler);
  if (trained_) loop_.optimizer().average_weights(recipe.train.ema, model.theta());
  if (recipe.train.early_stopping) best_weights_.emplace(*recipe.train.early_stopping, model);
}

RunOutcome Trainer::run(const Hooks& hooks) try {
  hooks.listener.on_start({recipe_.name, reconstruction(), recipe_.train.epochs, epoch_, loop_.steps_per_epoch(),
                           static_cast<int64_t>(split_.train.size())});
  if (trained_ && loop_.steps_done() == 0) ModelSnapshot(model_).restore(*trained_);
  consider_initial_weights(hooks.stop);
  snapshot_weights();
  checkpoint_timer_.start(Clock::now());
  while (!is_finished_)
    if (const auto outcome = run_epoch(hooks)) return *outcome;
  return RunOutcome::finished;
} catch (const Interrupted&) {  // while rows were measured before the first step or after an epoch's last one
  if (progress_.step == 0) return RunOutcome::interrupted;
  if (!divergence_guard_.non_finite_tensor().empty()) return diverge(hooks.listener);
  save_checkpoint(hooks);
  return RunOutcome::interrupted;
}

std::optional<RunOutcome> Trainer::run_epoch(const Hooks& hooks) {
  std::optional<RunOutcome> outcome;
  const auto continues = [&] { return !(outcome = after_step(hooks)); };
  if (!loop_.run_epoch(train_, split_.train, epoch_, threads_, progress_, continues)) return diverge(hooks.listener);
  return outcome ? outcome : end_epoch(hooks);
}

std::optional<RunOutcome> Trainer::after_step(const Hooks& hooks) {
  hooks.listener.on_step(
      {epoch_, progress_.step, mean_terms(loop_.objective(), progress_), progress_.seconds, progress_.rows});
  const bool stop = hooks.stop();
  if (progress_.step == loop_.steps_per_epoch() || !(stop || is_checkpoint_due(hooks))) return std::nullopt;
  if (!divergence_guard_.non_finite_tensor().empty()) return diverge(hooks.listener);
  save_checkpoint(hooks);
  return stop ? std::optional(RunOutcome::interrupted) : std::nullopt;
}

std::optional<RunOutcome> Trainer::end_epoch(const Hooks& hooks) {
  copy_layer_state();
  const EpochRecord record = epoch_record(hooks.stop);
  if (!is_finite(record) || !divergence_guard_.non_finite_tensor().empty()) return diverge(hooks.listener);
  const bool stops_early = should_stop_early(record, hooks.listener);
  adapt_rate(record, hooks.listener);
  hooks.listener.on_epoch(record);
  begin_next_epoch();
  const bool stop = hooks.stop(), is_scheduled = epochs_done() % recipe_.train.checkpoint.epochs == 0;
  if (is_finished_ || stop || is_scheduled || is_checkpoint_due(hooks))
    save_checkpoint(hooks);
  else
    snapshot_weights();
  if (stops_early) return RunOutcome::stopped_early;
  return stop && !is_finished_ ? std::optional(RunOutcome::interrupted) : std::nullopt;
}

RunOutcome Trainer::diverge(RunListener& listener) {
  listener.on_note(divergence_guard_.restore_weights(epoch_, progress_.step));
  return RunOutcome::diverged;
}

EpochRecord Trainer::epoch_record(const std::function<bool()>& stop) const {
  EpochRecord record;
  record.epoch = epoch_;
  record.train = mean_terms(loop_.objective(), progress_);
  evaluator_.measure(record, stop);
  record.seconds = progress_.seconds;
  record.samples_per_second = record.seconds > 0 ? static_cast<double>(progress_.rows) / record.seconds : 0.0;
  return record;
}

EpochRecord Trainer::empty_record() const {
  EpochRecord record;
  for (const auto& p : loop_.objective().penalties()) record.train.penalties.emplace_back(p.penalty->name(), 0.0);
  if (!split_.held_out.empty()) record.validation.emplace();
  if (test_) record.test.emplace();
  return record;
}

bool Trainer::should_stop_early(const EpochRecord& record, RunListener& listener) {
  if (!best_weights_) return false;
  best_weights_->update(record.epoch, record.validation->reconstruction, model_);
  if (!best_weights_->is_patience_over(record.epoch)) return false;
  listener.on_note(fmt::format("stopped after epoch {}: no better validation {} since epoch {}, whose weights are kept",
                               record.epoch, reconstruction(), best_weights_->best().epoch));
  return true;
}

void Trainer::adapt_rate(const EpochRecord& record, RunListener& listener) {
  PlateauState* plateau = loop_.plateau();
  if (!plateau || !update_plateau(recipe_.train.schedule, record.validation->reconstruction, *plateau)) return;
  listener.on_note(fmt::format("epoch {}: {} epochs without a smaller validation {}: the learning rate becomes {:.3g}",
                               record.epoch, recipe_.train.schedule.patience + 1, reconstruction(),
                               loop_.optimizer().learning_rate() * plateau->factor));
}

void Trainer::copy_layer_state() {
  if (!trained_) return;
  const auto from = trained_->state(), to = model_.state();
  for (size_t i = 0; i < from.size(); ++i) copy(from[i]->values, to[i]->values);
}

void Trainer::consider_initial_weights(const std::function<bool()>& stop) {
  if (!best_weights_ || recipe_.model.init.kind != InitKind::pca || epoch_ > 1 || progress_.step > 0) return;
  EpochRecord initial;
  evaluator_.measure(initial, stop);
  best_weights_->update(0, initial.validation->reconstruction, model_);
}

EpochRecord Trainer::kept_record(const std::vector<EpochRecord>& epochs, const std::function<bool()>& stop) const {
  const int64_t epoch = is_finished_ && best_weights_ ? best_weights_->best().epoch : epochs_done();
  if (epoch > 0) return epochs[static_cast<size_t>(epoch) - 1];
  EpochRecord initial;
  evaluator_.measure(initial, stop);
  return initial;
}

void Trainer::begin_next_epoch() {
  ++epoch_;
  progress_ = {};
  is_finished_ = is_over();
  if (!is_finished_ || !best_weights_) return;
  if (best_weights_->best().epoch != epochs_done()) last_weights_.emplace(model_);
  best_weights_->snapshot().restore(model_);
}

bool Trainer::is_over() const {
  if (progress_.step > 0 || epochs_done() == 0) return false;
  return epochs_done() >= recipe_.train.epochs || (best_weights_ && best_weights_->is_patience_over(epochs_done()));
}

bool Trainer::is_checkpoint_due(const Hooks& hooks) const {
  return hooks.checkpoint && checkpoint_timer_.is_due(Clock::now());
}

void Trainer::save_checkpoint(const Hooks& hooks) {
  snapshot_weights();
  if (!hooks.checkpoint) return;
  const auto begin = Clock::now();
  hooks.checkpoint();
  checkpoint_timer_.record(begin, Clock::now());
}

void Trainer::snapshot_weights() {
  copy_layer_state();
  divergence_guard_.snapshot_weights(progress_.step > 0 ? fmt::format("after epoch {} step {}", epoch_, progress_.step)
                                     : epoch_ > 1       ? fmt::format("after epoch {}", epochs_done())
                                                        : "from before the first step");
}

std::optional<AnomalyScale> Trainer::anomaly_scale(const std::function<bool()>& stop) {
  if (!recipe_.anomaly) return std::nullopt;
  const auto& rows = split_.held_out.empty() ? split_.train : split_.held_out;
  Inference inference(model_, threads_.max_threads());
  inference.stop_when(stop);
  if (recipe_.anomaly->evidence.empty()) return fit_anomaly_scale(inference, train_, rows, recipe_.anomaly->quantile);
  return fit_anomaly_evidence(inference, train_, split_.train, rows, *recipe_.anomaly, recipe_.data.read.categorical);
}

}  // namespace hourglass

#include <algorithm>

#include "hourglass/base/schema/fields_json.h"
#include "hourglass/run/checkpoint_file.h"
#include "hourglass/run/run_metrics.h"
#include "hourglass/tensor/processor.h"
#include "hourglass/train/resume_check.h"
#include "hourglass/train/trainer.h"

// What a checkpoint contains: docs/formats/checkpoint.md.
namespace hourglass {

/// Where a run stands, as a checkpoint's metadata has it.
struct RunPosition {
  int64_t epoch = 1;
  EpochProgress progress;
  BestWeights::Epoch best;
  bool is_finished = false;
  std::optional<PlateauState> plateau = {};  ///< with that schedule
};

/// The keys in alphabetical order, as in the files of all versions.
void fields(auto& v, RunPosition& p) {
  auto& [step, rows, seconds, totals] = p.progress;
  for (const char* key :
       {"best", "best_epoch", "epoch", "finished", "loss", "penalties", "reconstruction", "rows", "seconds", "step"})
    v.needs(key);
  v.field("best", p.best.loss, at_least(0), "");
  v.field("best_epoch", p.best.epoch, at_least(0), "");
  v.field("epoch", p.epoch, at_least(1), "");
  v.field("finished", p.is_finished, Anything{}, "");
  v.field("loss", totals.loss, Range{}, "");
  v.field("penalties", totals.penalties, Range{}, "");
  v.table("plateau", p.plateau, "");
  v.field("reconstruction", totals.reconstruction, Range{}, "");
  v.field("rows", rows, at_least(0), "");
  v.field("seconds", seconds, at_least(0), "");
  v.field("step", step, at_least(0), "");
}

namespace {

std::string columns_json(const EpochRecord& like) { return json_text(plain_value(history_columns(like))); }

}  // namespace

std::map<std::string, View> Trainer::tensors() {
  std::map<std::string, View> all = loop_.optimizer().state();
  if (trained_) all.merge(snapshot_tensors(*trained_, "theta"));
  all.merge(snapshot_tensors(model_, trained_ ? "ema" : "theta"));
  if (best_weights_) all.merge(best_weights_->snapshot().tensors("best"));
  return all;
}

std::string Trainer::checkpoint(const std::vector<EpochRecord>& epochs) {
  const auto best = best_weights_ ? best_weights_->best() : BestWeights::Epoch();
  const auto plateau = loop_.plateau() ? std::optional(*loop_.plateau()) : std::nullopt;
  const EpochRecord like = empty_record();
  const Tensor metrics = history_tensor(epochs, like);
  std::map<std::string, ConstView> views = {{"metrics", metrics}};
  for (const auto& [name, view] : tensors()) views[name] = view;
  if (last_weights_)
    for (const auto& [name, view] : last_weights_->tensors("last")) views[name] = view;
  std::map<std::string, std::string> metadata = checksums_;
  metadata.insert({{"recipe", recipe_json(recipe_)},
                   {"position", to_json(RunPosition{epoch_, progress_, best, is_finished_, plateau})},
                   {"columns", columns_json(like)},
                   {kArithmetic, arithmetic_text()}});
  return checkpoint_bytes(views, metadata);
}

std::vector<EpochRecord> Trainer::restore(const SafeTensors& file, const std::string& name) {
  const bool has_text = file.metadata.contains("metrics");
  for (const char* key : {"recipe", "position", has_text ? "metrics" : "columns"})
    if (!file.metadata.contains(key)) fail("{}: not a checkpoint: metadata \"{}\" is missing", name, key);
  const auto has_checksum = [&](const auto& sum) { return file.metadata.contains(sum.first); };
  check_resumable(recipe_from_json(file.metadata.at("recipe"), name + ": recipe"), recipe_,
                  std::ranges::all_of(checksums_, has_checksum), name);
  for (const auto& [key, sum] : checksums_)
    if (const auto saved = file.metadata.find(key); saved != file.metadata.end() && saved->second != sum)
      fail("{}: made with other data: the SHA-256 of its {} is {}, found {}; use --overwrite to start anew", name, key,
           saved->second, sum);
  auto epochs = read_metrics(file, name);
  const RunPosition position = read_position(file.metadata.at("position"), name);
  if (std::ssize(epochs) != position.epoch - 1)
    fail("{}: its metrics hold {} epochs, its weights stand after {}", name, epochs.size(), position.epoch - 1);
  restore_tensors(file, tensors(), name);
  epoch_ = position.epoch;
  progress_ = position.progress;
  if (best_weights_) best_weights_->resume(position.best);
  if (position.plateau) *loop_.plateau() = *position.plateau;
  is_finished_ = is_over();
  if (is_finished_ != position.is_finished && best_weights_) {
    if (is_finished_)
      best_weights_->snapshot().restore(model_);
    else
      restore_last_weights(file, name);
  }
  loop_.resume(epochs_done() * loop_.steps_per_epoch() + progress_.step);
  return epochs;
}

/// A finished run has the weights of its best epoch; it continues from those of its last.
void Trainer::restore_last_weights(const SafeTensors& file, const std::string& name) {
  if (best_weights_->best().epoch == epochs_done()) return;
  if (!file.tensors.contains("last"))
    fail(
        "{}: holds the weights of the best epoch alone, as those of earlier versions do; start a new run from them "
        "with --init and another --output-dir",
        name);
  restore_tensors(file, snapshot_tensors(model_, "last"), name);
}

std::vector<EpochRecord> Trainer::read_metrics(const SafeTensors& file, const std::string& name) const {
  if (const auto text = file.metadata.find("metrics"); text != file.metadata.end()) {
    auto epochs = parse_epochs(text->second, name);
    check_penalties(epochs, penalty_names(recipe_.objective, model_.network()), name);
    return epochs;
  }
  const EpochRecord like = empty_record();
  const std::string columns = columns_json(like), &found = file.metadata.at("columns");
  if (found != columns) fail("{}: metadata \"columns\": expected {}, found {}", name, columns, found);
  const auto metrics = file.tensors.find("metrics");
  if (metrics == file.tensors.end()) fail("{}: tensor metrics is missing", name);
  return read_history(metrics->second, like, name);
}

RunPosition Trainer::read_position(const std::string& text, const std::string& name) const {
  const auto p = from_json<RunPosition>(text, name + ": metadata \"position\"");
  const auto& [step, rows, seconds, totals] = p.progress;
  const int64_t last = recipe_.train.epochs + 1;
  if (p.epoch > last)
    fail("{}: the run has {} epochs already, expected at most the {} of train.epochs", name, p.epoch - 1, last - 1);
  const bool fits = step <= loop_.steps_per_epoch() && p.best.epoch < p.epoch && (step == 0) == (rows == 0) &&
                    (p.epoch < last || step == 0) &&
                    (step == 0 || totals.penalties.size() == loop_.objective().penalties().size());
  if (!fits) fail("{}: stands at epoch {} step {}, which is not in a run on this data", name, p.epoch, step);
  if (p.plateau.has_value() != (recipe_.train.schedule.kind == ScheduleKind::plateau))
    fail("{}: metadata \"position\": plateau: expected {}", name, p.plateau ? "none" : "its state");
  if (p.plateau && (p.plateau->epochs != p.epoch - 1 || p.plateau->bad_epochs > p.plateau->epochs))
    fail("{}: metadata \"position\": plateau: expected {} epochs, found {}, of which {} are bad", name, p.epoch - 1,
         p.plateau->epochs, p.plateau->bad_epochs);
  check_progress(p, name);
  return p;
}

/// What the position says beside epoch and step follows from them, or is a sum over the steps.
void Trainer::check_progress(const RunPosition& p, const std::string& name) const {
  const auto& [step, rows, seconds, totals] = p.progress;
  const std::string where = fmt::format("{}: metadata \"position\"", name);
  const int64_t expected = std::min(step * loop_.batch_size(), static_cast<int64_t>(split_.train.size()));
  if (rows != expected) fail("{}: rows: expected {} after {} steps, found {}", where, expected, step, rows);
  if (p.is_finished && (step > 0 || p.epoch == 1))
    fail("{}: finished: expected false at epoch {} step {}, where no run ends", where, p.epoch, step);
  const bool has_sums = totals.loss != 0 || totals.reconstruction != 0 || !totals.penalties.empty() || seconds != 0;
  if (step == 0 && has_sums) fail("{}: expected sums of 0 between epochs, found others", where);
}

}  // namespace hourglass

#include "hourglass/base/schema/fields_json.h"
#include "hourglass/run/checkpoint_file.h"
#include "hourglass/train/trainer.h"

// What a checkpoint contains: docs/formats/checkpoint.md.
namespace hourglass {

/// Where a run stands, as a checkpoint's metadata has it.
struct RunPosition {
  int64_t epoch = 1;
  EpochProgress progress;
  BestWeights::Epoch best;
  bool is_finished = false;
};

/// The keys in alphabetical order, as in the files of all versions.
void fields(auto& v, RunPosition& p) {
  auto& [step, rows, seconds, totals] = p.progress;
  for (const char* key :
       {"best", "best_epoch", "epoch", "finished", "loss", "penalties", "reconstruction", "rows", "seconds", "step"})
    v.needs(key);
  v.field("best", p.best.loss, Range{}, "");
  v.field("best_epoch", p.best.epoch, at_least(0), "");
  v.field("epoch", p.epoch, at_least(1), "");
  v.field("finished", p.is_finished, Anything{}, "");
  v.field("loss", totals.loss, Range{}, "");
  v.field("penalties", totals.penalties, Range{}, "");
  v.field("reconstruction", totals.reconstruction, Range{}, "");
  v.field("rows", rows, at_least(0), "");
  v.field("seconds", seconds, Range{}, "");
  v.field("step", step, at_least(0), "");
}

namespace {

/// Whether a checkpoint's recipe equals this one, apart from what does not change the weights.
bool is_same_run(const std::string& saved, const Recipe& recipe, const std::string& name) {
  Recipe other = recipe_from_json(saved, name + ": recipe");
  other.name = recipe.name;
  other.description = recipe.description;
  other.train.checkpoint = recipe.train.checkpoint;
  return other == recipe;
}

std::string columns_json(const EpochRecord& like) { return json_text(plain_value(history_columns(like))); }

}  // namespace

std::map<std::string, View> Trainer::tensors() {
  std::map<std::string, View> all = loop_.optimizer().state();
  all.merge(snapshot_tensors(model_, "theta"));
  if (best_weights_) all.merge(best_weights_->snapshot().tensors("best"));
  return all;
}

std::string Trainer::checkpoint(const std::vector<EpochRecord>& epochs) {
  const auto best = best_weights_ ? best_weights_->best() : BestWeights::Epoch();
  const EpochRecord like = empty_record();
  const Tensor metrics = history_tensor(epochs, like);
  std::map<std::string, ConstView> views = {{"metrics", metrics}};
  for (const auto& [name, view] : tensors()) views[name] = view;
  std::map<std::string, std::string> metadata = checksums_;
  metadata.insert({{"recipe", recipe_json(recipe_)},
                   {"position", to_json(RunPosition{epoch_, progress_, best, is_finished_})},
                   {"columns", columns_json(like)}});
  return checkpoint_bytes(views, metadata);
}

std::vector<EpochRecord> Trainer::restore(const SafeTensors& file, const std::string& name) {
  const bool has_text = file.metadata.contains("metrics");
  for (const char* key : {"recipe", "position", has_text ? "metrics" : "columns"})
    if (!file.metadata.contains(key)) fail("{}: not a checkpoint: metadata \"{}\" is missing", name, key);
  if (!is_same_run(file.metadata.at("recipe"), recipe_, name))
    fail("{}: made with another recipe; use --overwrite to start anew", name);
  for (const auto& [key, sum] : checksums_)
    if (const auto saved = file.metadata.find(key); saved != file.metadata.end() && saved->second != sum)
      fail("{}: made with other data: the SHA-256 of its {} is {}, found {}; use --overwrite to start anew", name, key,
           saved->second, sum);
  auto epochs = has_text ? std::vector<EpochRecord>() : read_metrics(file, name);
  const RunPosition position = read_position(file.metadata.at("position"), name);
  restore_tensors(file, tensors(), name);
  epoch_ = position.epoch;
  progress_ = position.progress;
  is_finished_ = position.is_finished;
  if (best_weights_) best_weights_->resume(position.best);
  loop_.resume(epochs_done() * loop_.steps_per_epoch() + progress_.step);
  return epochs;
}

std::vector<EpochRecord> Trainer::read_metrics(const SafeTensors& file, const std::string& name) const {
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
  const bool fits = p.epoch <= last && step < loop_.steps_per_epoch() && p.best.epoch < p.epoch &&
                    (step == 0) == (rows == 0) && (p.epoch < last || p.is_finished) &&
                    (step == 0 || totals.penalties.size() == loop_.objective().penalties().size());
  if (!fits) fail("{}: stands at epoch {} step {}, which is not in a run on this data", name, p.epoch, step);
  return p;
}

}  // namespace hourglass

#include <nlohmann/json.hpp>

#include "hourglass/run/checkpoint_file.h"
#include "hourglass/run/history.h"
#include "hourglass/train/trainer.h"

// What a checkpoint contains: docs/formats/checkpoint.md.
namespace hourglass {

/// Where a run stands, as a checkpoint's metadata has it.
struct Trainer::Position {
  int64_t epoch;
  EpochProgress progress;
  BestWeights::Epoch best;
  bool is_finished;
};

namespace {

/// Whether a checkpoint's recipe equals this one, apart from what does not change the weights.
bool is_same_run(const std::string& saved, const Recipe& recipe, const std::string& name) {
  try {
    Recipe other = recipe_from_json(saved);
    other.name = recipe.name;
    other.description = recipe.description;
    other.train.checkpoint = recipe.train.checkpoint;
    return other == recipe;
  } catch (const Error& e) {
    fail("{}: {}", name, e.what());
  }
}

std::string columns_json(const EpochRecord& like) { return nlohmann::json(history_columns(like)).dump(); }

}  // namespace

std::map<std::string, View> Trainer::tensors() {
  std::map<std::string, View> all = loop_.optimizer().state();
  all.merge(snapshot_tensors(model_, "theta"));
  if (best_weights_) all.merge(best_weights_->snapshot().tensors("best"));
  return all;
}

std::string Trainer::checkpoint(const std::vector<EpochRecord>& epochs) {
  const auto& totals = progress_.totals;
  const auto best = best_weights_ ? best_weights_->best() : BestWeights::Epoch();
  const nlohmann::json position = {
      {"epoch", epoch_},         {"step", progress_.step},        {"seconds", progress_.seconds},
      {"loss", totals.loss},     {"rows", progress_.rows},        {"reconstruction", totals.reconstruction},
      {"best", best.loss},       {"penalties", totals.penalties}, {"finished", is_finished_},
      {"best_epoch", best.epoch}};
  const EpochRecord like = empty_record();
  const Tensor metrics = history_tensor(epochs, like);
  std::map<std::string, ConstView> views = {{"metrics", metrics}};
  for (const auto& [name, view] : tensors()) views[name] = view;
  std::map<std::string, std::string> metadata = checksums_;
  metadata.insert({{"recipe", recipe_json(recipe_)}, {"position", position.dump()}, {"columns", columns_json(like)}});
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
  const Position position = read_position(file.metadata.at("position"), name);
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

Trainer::Position Trainer::read_position(const std::string& text, const std::string& name) const {
  Position p;
  try {
    const auto json = nlohmann::json::parse(text);
    p = {json.at("epoch"),
         {json.at("step"),
          json.at("rows"),
          json.at("seconds"),
          {json.at("loss"), json.at("reconstruction"), json.at("penalties")}},
         {json.at("best_epoch"), json.at("best")},
         json.at("finished")};
  } catch (const nlohmann::json::exception&) {
    fail("{}: metadata \"position\" is damaged", name);
  }
  const auto& [step, rows, seconds, totals] = p.progress;
  const int64_t last = recipe_.train.epochs + 1;
  const bool fits = p.epoch >= 1 && p.epoch <= last && step >= 0 && step < loop_.steps_per_epoch() &&
                    p.best.epoch >= 0 && p.best.epoch < p.epoch && (step == 0) == (rows == 0) &&
                    (p.epoch < last || p.is_finished) &&
                    (step == 0 || totals.penalties.size() == loop_.objective().penalties().size());
  if (!fits) fail("{}: stands at epoch {} step {}, which is not in a run on this data", name, p.epoch, step);
  return p;
}

}  // namespace hourglass

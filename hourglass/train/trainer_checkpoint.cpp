#include <nlohmann/json.hpp>

#include "hourglass/run/checkpoint_file.h"
#include "hourglass/run/history.h"
#include "hourglass/tensor/copy.h"
#include "hourglass/train/trainer.h"

// What of a Trainer goes into a checkpoint, and back: docs/formats/checkpoint.md.
namespace hourglass {

namespace {

/// Whether a checkpoint's recipe is this one in all that counts.
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
  std::map<std::string, View> all = optimizer_.state();
  all["theta"] = model_.theta();
  if (best_.size()) all["best"] = best_;
  return all;
}

std::string Trainer::checkpoint(const std::vector<EpochRecord>& epochs) {
  const auto& p = position_;
  const nlohmann::json position = {{"epoch", p.epoch},       {"step", p.step},
                                   {"seconds", p.seconds},   {"loss", p.totals.loss},
                                   {"rows", p.rows},         {"reconstruction", p.totals.reconstruction},
                                   {"best", p.best},         {"penalties", p.totals.penalties},
                                   {"finished", p.finished}, {"best_epoch", p.best_epoch}};
  const EpochRecord like = blank_epoch();
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
  for (auto& [tensor, view] : tensors()) {
    const auto found = file.tensors.find(tensor);
    if (found == file.tensors.end() || !(found->second.shape() == view.shape()) ||
        found->second.dtype() != view.dtype())
      fail("{}: tensor {} is missing or of another shape", name, tensor);
  }
  auto epochs = has_text ? std::vector<EpochRecord>() : read_metrics(file, name);
  position_ = read_position(file.metadata.at("position"), name);
  for (auto& [tensor, view] : tensors()) copy(file.tensors.at(tensor), view);
  return epochs;
}

std::vector<EpochRecord> Trainer::read_metrics(const SafeTensors& file, const std::string& name) const {
  const EpochRecord like = blank_epoch();
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
    p = {json.at("epoch"),      json.at("step"),
         json.at("seconds"),    {json.at("loss"), json.at("reconstruction"), json.at("penalties")},
         json.at("rows"),       json.at("best"),
         json.at("best_epoch"), json.at("finished")};
  } catch (const nlohmann::json::exception&) {
    fail("{}: metadata \"position\" is damaged", name);
  }
  const int64_t last = recipe_.train.epochs + 1;
  const bool fits = p.epoch >= 1 && p.epoch <= last && p.step >= 0 && p.step < steps_per_epoch_ && p.best_epoch >= 0 &&
                    p.best_epoch < p.epoch && (p.step == 0) == (p.rows == 0) && (p.epoch < last || p.finished) &&
                    (p.step == 0 || p.totals.penalties.size() == objective_.penalties().size());
  if (!fits) fail("{}: stands at epoch {} step {}, which is not in a run on this data", name, p.epoch, p.step);
  return p;
}

}  // namespace hourglass

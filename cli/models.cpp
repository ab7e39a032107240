#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/common.h"
#include "hourglass/base/text.h"
#include "hourglass/model/model_card.h"
#include "hourglass/report/format.h"

namespace hourglass::cli {

namespace fs = std::filesystem;

namespace {

/// $HOURGLASS_MODELS_DIR; else what was installed with the program; else the source tree's.
fs::path models_folder() {
  if (const char* folder = std::getenv("HOURGLASS_MODELS_DIR"); folder && *folder) {
    if (!fs::is_directory(folder)) fail("HOURGLASS_MODELS_DIR: {}: no such folder", folder);
    return folder;
  }
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  const fs::path installed = program.parent_path().parent_path() / "share/hourglass/models";
  return fs::is_directory(installed) ? installed : HOURGLASS_MODELS;
}

ModelCard card_of(const fs::path& folder, const std::string& name) { return read_card(folder / (name + ".toml")); }

nlohmann::ordered_json json_of(const ModelCard& card, uint64_t bytes) {
  nlohmann::ordered_json metrics;
  for (const auto& [name, value] : card.metrics) metrics[name] = value;
  return {{"name", card.name},     {"description", card.description},
          {"recipe", card.recipe}, {"data", card.data},
          {"seed", card.seed},     {"command", card.command},
          {"bytes", bytes},        {"evaluation", card.evaluation},
          {"sha256", card.sha256}, {"hourglass", card.hourglass},
          {"metrics", metrics}};
}

void list(bool json) {
  const fs::path folder = models_folder();
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (const std::string& name : card_names(folder)) {
    const ModelCard card = card_of(folder, name);
    if (!fs::is_regular_file(card.weights)) fail("{}: the weights of {} are not there", card.weights.string(), name);
    const uint64_t bytes = fs::file_size(card.weights);
    const auto& [metric, value] = card.headline();
    if (json)
      all.push_back(json_of(card, bytes));
    else
      fmt::print("{:34} {:>6} kB   {} {}   {}\n", name, format_count((bytes + 999) / 1000), metric, format_value(value),
                 card.description);
  }
  if (json) fmt::print("{}\n", all.dump());
}

}  // namespace

std::vector<std::string> shipped_models() { return card_names(models_folder()); }

fs::path shipped_weights(const std::string& name) {
  const fs::path folder = models_folder();
  const auto names = card_names(folder);
  if (std::find(names.begin(), names.end(), name) == names.end())
    fail("{}: no such run folder, model file or shipped model{}", name, did_you_mean(name, names));
  const ModelCard card = card_of(folder, name);
  verify_weights(card);
  return card.weights;
}

void add_models(Subcommand app) {
  auto verb = app.add_subcommand("models", "List the shipped pre-trained models; a MODEL may be one of their names");
  auto json = std::make_shared<bool>(false);
  verb.add_flag("--json", *json, "Print a JSON array of their cards");
  verb.callback([json] { list(*json); });
}

}  // namespace hourglass::cli

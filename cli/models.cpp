#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/json_output.h"
#include "hourglass/app/shipped.h"
#include "hourglass/base/error.h"
#include "hourglass/report/format.h"

namespace hourglass::cli {

namespace fs = std::filesystem;

namespace {

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
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (const std::string& name : shipped_models()) {
    const ModelCard card = shipped_model_card(name);
    if (!fs::is_regular_file(card.weights)) fail("{}: the weights of {} are not there", card.weights.string(), name);
    const uint64_t bytes = fs::file_size(card.weights);
    const auto& [metric, value] = card.headline();
    if (json)
      all.push_back(json_of(card, bytes));
    else
      say("{:34} {:>6} kB   {} {}   {}", name, format_count((bytes + 999) / 1000), metric, format_value(value),
          card.description);
  }
  if (json) print_document(all);
}

}  // namespace

void add_models(Subcommand app) {
  auto verb = app.add_subcommand("models", "List the shipped pre-trained models; a MODEL may be one of their names");
  verb.add_flag("--json", verb.callback(list), "Print a JSON array of their cards");
}

}  // namespace hourglass::cli

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/common.h"
#include "hourglass/objective/penalty.h"
#include "hourglass/report/format.h"

namespace hourglass::cli {

namespace {

int64_t weights(const Network& network) {
  int64_t count = 0;
  for (const Parameter& p : network.parameters()) count += p.shape.size();
  return count;
}

/// Penalties that could be computed in several ways.
std::vector<WeightedPenalty> penalties_with_methods(const TrainedModel& m) {
  auto all = make_penalties(m.recipe.objective, m.autoencoder.network(), m.recipe.train.seed);
  std::erase_if(all, [](const WeightedPenalty& p) { return p.penalty->method().empty(); });
  return all;
}

void print_json(const TrainedModel& m) {
  const Network& network = m.autoencoder.network();
  const auto sizes = [](const Shape& s) { return std::vector(s.begin(), s.end()); };
  nlohmann::ordered_json j = {{"input", sizes(network.input())},
                              {"code", sizes(network.code().output())},
                              {"parameters", weights(network)},
                              {"recipe", nlohmann::json::parse(recipe_json(m.recipe))}};
  for (const Parameter& p : network.parameters()) j["tensors"][p.name] = sizes(p.shape);
  for (const auto& [penalty, weight] : penalties_with_methods(m))
    j["routes"][std::string(penalty->name())] = {{"route", penalty->method()}, {"plain_steps", penalty->cost()}};
  fmt::print("{}\n", j.dump());
}

void info(const ModelOptions& o) {
  const TrainedModel m = open_model(o.model);
  if (o.json) return print_json(m);
  const Network& network = m.autoencoder.network();
  fmt::print("{}\n", m.recipe.description.empty() ? o.model : m.recipe.description);
  fmt::print("input {}   code {}   {} parameters   scale {}\n\n", network.input().text(),
             network.code().output().text(), format_count(weights(network)), name_of(m.autoencoder.scaler.kind));
  for (const Parameter& p : network.parameters()) fmt::print("{:24} {}\n", p.name, p.shape.text());
  for (const auto& [penalty, weight] : penalties_with_methods(m))
    fmt::print("\n{}: {}; per sample {:.2g} × the multiplications of a plain training step\n", penalty->name(),
               penalty->method(), penalty->cost());
  fmt::print("\n{}", recipe_toml(m.recipe));
}

}  // namespace

void add_info(Subcommand app) {
  auto verb = app.add_subcommand("info", "Show what a model file holds: shapes, size, recipe");
  auto& o = verb.callback(info);
  declare_model(verb, o.model);
  verb.add_flag("--json", o.json, "Print one JSON object");
}

}  // namespace hourglass::cli

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/common.h"
#include "cli/json_output.h"
#include "hourglass/app/architecture.h"
#include "hourglass/objective/penalty.h"
#include "hourglass/report/format.h"

namespace hourglass::cli {

namespace {

/// Penalties that could be computed in several ways.
std::vector<WeightedPenalty> penalties_with_methods(const Architecture& a) {
  auto all = make_penalties(a.recipe.objective, a.network, a.recipe.train.seed);
  std::erase_if(all, [](const WeightedPenalty& p) { return p.penalty->method().empty(); });
  return all;
}

void print_json(const Architecture& a) {
  const auto sizes = [](const Shape& s) { return std::vector(s.begin(), s.end()); };
  nlohmann::ordered_json j = {{"input", sizes(a.network.input())},
                              {"code", sizes(a.network.code().output())},
                              {"parameters", a.network.weight_count()},
                              {"recipe", nlohmann::json::parse(recipe_json(a.recipe))}};
  for (const auto& [name, layer, output, parameters] : summarise_layers(a))
    j["layers"].push_back({{"name", name}, {"layer", layer}, {"output", sizes(output)}, {"parameters", parameters}});
  for (const Parameter& p : a.network.parameters()) j["tensors"][p.name] = sizes(p.shape);
  for (const auto& [penalty, weight] : penalties_with_methods(a))
    j["routes"][std::string(penalty->name())] = {{"route", penalty->method()}, {"plain_steps", penalty->cost()}};
  print_document(j);
}

void print_layers(const Architecture& a) {
  const auto rows = summarise_layers(a);
  int width = 5, name_width = 11;
  for (const LayerSummary& row : rows) {
    width = std::max(width, display_width(row.layer));
    name_width = std::max(name_width, display_width(row.name));
  }
  const auto print = [&](const std::string& name, const std::string& layer, const std::string& output,
                         const std::string& parameters) {
    const auto padded = [](const std::string& text, int columns) {
      return text + std::string(static_cast<size_t>(std::max(0, columns - display_width(text))), ' ');
    };
    say("{} {} {} {:>12}", padded(name, name_width), padded(layer, width), padded(output, 16), parameters);
  };
  print("", "layer", "output", "parameters");
  print("input", "", a.network.input().text(), "");
  for (const auto& [name, layer, output, parameters] : rows)
    print(name, layer, output.text(), parameters > 0 ? format_count(parameters) : "");
  print("all", "", "", format_count(a.network.weight_count()));
}

void info(const ModelOptions& o) {
  const Architecture a = open_architecture(o.model, o.data.source, print_note);
  if (o.json) return print_json(a);
  say("{}", a.recipe.description.empty() ? o.model : a.recipe.description);
  say("input {}   code {}   {} parameters   scale {}\n", a.network.input().text(), a.network.code().output().text(),
      format_count(a.network.weight_count()), name_of(a.recipe.data.scale));
  print_layers(a);
  say("");
  for (const Parameter& p : a.network.parameters()) say("{:24} {}", p.name, p.shape.text());
  for (const auto& [penalty, weight] : penalties_with_methods(a))
    say("\n{}: {}; per sample {:.2g} × the multiplications of a plain training step", penalty->name(),
        penalty->method(), penalty->cost());
  say("");
  print_lines(recipe_toml(a.recipe));
}

}  // namespace

void add_info(Subcommand app) {
  auto verb = app.add_subcommand("info", "Show the layers of a model or recipe: output shapes, parameters, recipe");
  auto& o = verb.callback(info);
  verb.add_option("MODEL", o.model, std::string(kModelHelp) + ", or a recipe").required();
  verb.add_option("--data", o.data.source, "Of a recipe: data whose samples its network is made for").type_name("DATA");
  verb.add_flag("--json", o.json, "Print one JSON object");
}

}  // namespace hourglass::cli

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/json_output.h"
#include "hourglass/app/shipped.h"
#include "hourglass/base/error.h"
#include "hourglass/base/text.h"
#include "hourglass/recipe/recipe.h"

namespace hourglass::cli {

namespace {

void list(bool json) {
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (const auto& [name, text] : shipped_recipes()) {
    const Recipe recipe = parse_recipe(text, name);
    if (json)
      all.push_back({{"name", recipe.name},
                     {"description", recipe.description},
                     {"recipe", nlohmann::json::parse(recipe_json(recipe))}});
    else
      say("{:34} {}", recipe.name, recipe.description);
  }
  if (json) print_document(all);
}

void show(const std::string& name) {
  const auto shipped = shipped_recipes().find(name);
  if (shipped == shipped_recipes().end())
    fail("no shipped recipe \"{}\"{}", name, did_you_mean(name, shipped_recipe_names()));
  print_exact(shipped->second);
}

}  // namespace

void add_recipes(Subcommand app) {
  auto verb = app.add_subcommand("recipes", "List the shipped recipes, or show one");
  auto json = std::make_shared<bool>(false);
  auto name = std::make_shared<std::string>();
  verb.add_flag("--json", *json, "Print a JSON array");
  auto show_verb = verb.add_subcommand("show", "Print a recipe, to read or to start your own from");
  show_verb.add_option("RECIPE", *name, "A shipped recipe").required();
  auto keys = verb.add_subcommand("keys", "Print every key a recipe may have, as a Markdown table");
  verb.allow_one_subcommand();
  verb.callback([=] {
    if (show_verb.was_given())
      show(*name);
    else if (keys.was_given())
      print_exact(recipe_reference());
    else
      list(*json);
  });
}

}  // namespace hourglass::cli

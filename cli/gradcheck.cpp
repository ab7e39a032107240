#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/common.h"
#include "hourglass/app/choose_recipe.h"
#include "hourglass/app/training.h"

namespace hourglass::cli {

namespace {

constexpr double kTolerance = 1e-6;

struct Options {
  RecipeRequest recipe;
  int64_t rows = 4, entries = 12;
  bool json = false;
};

void gradcheck(const Options& o) {
  const Recipe recipe = choose_recipe(o.recipe, print_note);
  const DataSplits data = open_data(recipe.data.source, recipe.data.read, print_note);
  const auto results = check_gradients(recipe, data.train, o.rows, o.entries);
  bool good = true, blind = false;
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  if (!o.json) fmt::print("{:24} {:>8} {:>8}  {}\n", "parameter", "checked", "at kinks", "relative error");
  for (const auto& r : results) {
    good = good && r.relative_error < kTolerance;
    blind = blind || r.checked == 0;
    if (o.json)
      json.push_back({{"parameter", r.parameter},
                      {"checked", r.checked},
                      {"skipped", r.skipped},
                      {"relative_error", r.relative_error}});
    else
      fmt::print("{:24} {:8} {:8}  {:.1e}{}\n", r.parameter, r.checked, r.skipped, r.relative_error,
                 r.relative_error < kTolerance ? "" : "  WRONG");
  }
  if (o.json)
    fmt::print("{}\n", json.dump());
  else
    fmt::print("{}: every gradient {} finite differences to {:.0e}\n", recipe.name, good ? "matches" : "should match",
               kTolerance);
  if (blind && !o.json)
    fmt::print("a parameter with nothing checked stands next to kinks everywhere: try fewer --rows\n");
  if (!good) throw Exit{kFailed};
}

}  // namespace

void add_gradcheck(Subcommand app) {
  auto verb =
      app.add_subcommand("gradcheck", "Check a recipe's gradients against finite differences, in double precision");
  auto& o = verb.callback(gradcheck);
  verb.add_option("RECIPE", o.recipe.name, "A shipped recipe's name or a .toml file").required();
  verb.add_option("--data", o.recipe.data, "Data to use instead of the recipe's").type_name("DATA");
  declare_overrides(verb, o.recipe.overrides);
  verb.add_option("--rows", o.rows, "Samples to use").between(1, 1024);
  verb.add_option("--entries", o.entries, "Elements to check per tensor").between(1, 100000);
  verb.add_flag("--json", o.json, "Print a JSON array");
}

}  // namespace hourglass::cli

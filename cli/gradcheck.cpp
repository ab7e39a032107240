#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <limits>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/common.h"
#include "cli/json_output.h"
#include "hourglass/app/choose_recipe.h"
#include "hourglass/app/training.h"
#include "hourglass/report/format.h"
#include "hourglass/report/terminal/stage_progress.h"

namespace hourglass::cli {

namespace {

constexpr double kTolerance = 1e-6;

struct Options {
  RecipeRequest recipe;
  int64_t rows = 4, entries = 12;
  bool all = false, json = false;
};

bool is_right(const GradientCheck& r) { return r.relative_error < kTolerance; }

void print_json(const std::vector<GradientCheck>& results) {
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  for (const auto& r : results)
    json.push_back({{"parameter", r.parameter},
                    {"entries", r.size},
                    {"checked", r.checked},
                    {"skipped", r.skipped},
                    {"too_small", r.too_small},
                    {"relative_error", r.relative_error}});
  print_document(json);
}

void print_table(const std::string& name, const std::vector<GradientCheck>& results) {
  say("{:24} {:>10} {:>8} {:>8} {:>9}  {}", "parameter", "entries", "checked", "at kinks", "too small",
      "relative error");
  int64_t size = 0, checked = 0;
  for (const auto& r : results) {
    size += r.size;
    checked += r.checked;
    say("{:24} {:10} {:8} {:8} {:9}  {}", r.parameter, r.size, r.checked, r.skipped, r.too_small,
        r.checked == 0 ? "-" : fmt::format("{:.1e}{}", r.relative_error, is_right(r) ? "" : "  WRONG"));
  }
  say("{} of {} parameters checked, spread evenly over each tensor", format_count(checked), format_count(size));
  say("{}: every gradient {} finite differences to {:.0e}", name,
      std::ranges::all_of(results, is_right) ? "matches" : "should match", kTolerance);
  if (std::ranges::any_of(results, [](const auto& r) { return r.checked == 0 && r.skipped > 0; }))
    say("a parameter with nothing checked stands next to kinks everywhere: try fewer --rows");
  if (std::ranges::any_of(results, [](const auto& r) { return r.too_small > 0; }))
    say("too small: the gradient is below the rounding of the finite difference");
}

void gradcheck(const Options& o) {
  const Recipe recipe = choose_recipe(o.recipe, print_note);
  const DataSplits data = open_recipe_data(recipe, print_note);
  StageProgress bar(std::cerr, progress_options());
  const auto stop = stop_on_signals();
  bool is_interrupted = false;
  const auto results = check_gradients(recipe, data.train, o.rows,
                                       o.all ? std::numeric_limits<int64_t>::max() : o.entries, [&](double done) {
                                         bar.update("gradients", done);
                                         return !(is_interrupted = stop());
                                       });
  if (is_interrupted) {
    bar.update("gradients", 1);
    print_note("interrupted: the gradients were not all checked");
    throw Exit{kInterrupted};
  }
  if (o.json)
    print_json(results);
  else
    print_table(recipe.name, results);
  if (!std::ranges::all_of(results, is_right)) throw Exit{kFailed};
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
  auto entries =
      verb.add_option("--entries", o.entries, "Elements to check per tensor, evenly spaced").between(1, 100000);
  verb.add_flag("--all", o.all, "Check every element of every tensor").excludes(entries);
  verb.add_flag("--json", o.json, "Print a JSON array");
}

}  // namespace hourglass::cli

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>

#include "cli/commands.h"
#include "cli/common.h"
#include "hourglass/app/choose_recipe.h"
#include "hourglass/data/unit_interval.h"
#include "hourglass/objective/gradient_check.h"
#include "hourglass/train/load_batch.h"

namespace hourglass::cli {

namespace {

constexpr double kTolerance = 1e-6;

struct Options {
  std::string recipe, data;
  std::vector<std::string> set;
  int64_t rows = 4, entries = 12;
  bool json = false;
};

/// The first rows of the recipe's own data, scaled and corrupted as in training, in double precision.
std::vector<GradientCheck> check(const Recipe& recipe, const Dataset& data, const Options& o) {
  Autoencoder model(recipe.model, data.sample, DType::f64);
  initialise(model.network(), recipe.model.init, recipe.train.seed, model.theta());
  std::vector<uint32_t> rows(std::min(o.rows, data.rows()));
  std::iota(rows.begin(), rows.end(), 0u);
  model.scaler = fit_scaler(recipe.data.scale, data, rows, recipe.data.read.missing == MissingValues::mean);
  Objective objective(recipe.objective, model.network(), recipe.train.seed);
  if (objective.reconstruction() == Reconstruction::bce) check_unit_interval(data, model.scaler);
  const Corruption corruption(recipe.corruption, recipe.train.seed);
  const auto count = static_cast<int64_t>(rows.size());
  TrainingBatch batch = objective.make_batch(DType::f64, count, corruption.is_active());
  load_batch(objective, {data, model.scaler, corruption}, rows, count, {.mode = Mode::training, .epoch = 1}, batch);
  return check_gradient(objective, batch, model.theta(), o.entries);
}

void gradcheck(const Options& o) {
  const Recipe recipe = choose_recipe({o.recipe, o.data, o.set, false}, print_note);
  const DataSplits data = open_data(recipe.data.source, recipe.data.read, print_note);
  const auto results = check(recipe, data.train, o);
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
  if (!good) throw Failed{};
}

}  // namespace

void add_gradcheck(Subcommand app) {
  auto verb =
      app.add_subcommand("gradcheck", "Check a recipe's gradients against finite differences, in double precision");
  auto o = std::make_shared<Options>();
  verb.add_option("RECIPE", o->recipe, "A shipped recipe's name or a .toml file").required();
  verb.add_option("--data", o->data, "Data to use instead of the recipe's").type_name("DATA");
  verb.add_option("--set", o->set, "Override any key of the recipe: section.key=value")
      .repeated()
      .type_name("KEY=VALUE");
  verb.add_option("--rows", o->rows, "Samples to use").between(1, 1024);
  verb.add_option("--entries", o->entries, "Elements to check per tensor").between(1, 100000);
  verb.add_flag("--json", o->json, "Print a JSON array");
  verb.callback([o] { gradcheck(*o); });
}

}  // namespace hourglass::cli

#include "hourglass/app/choose_recipe.h"

#include <fmt/format.h>

#include "hourglass/app/inspect.h"
#include "hourglass/app/time_column.h"
#include "hourglass/base/schema/toml.h"
#include "hourglass/data/source.h"
#include "hourglass/recipe/suggest.h"
#include "hourglass/recipe/suggest_pictures.h"

namespace hourglass {

namespace {

/// Whether the rows are read as series, because that is asked for or they are in the order of a column, which becomes
/// the time.
bool find_series(const RecipeRequest& request, const Inspection& found, ReadOptions& how, const Notify& notify) {
  if (how.series.is_given()) return true;
  const auto time = time_column(request.data, found, suggested_reading(found, how).how);
  if (!time) return false;
  how.series.time = *time;
  notify(
      fmt::format("{}: the rows are a time series in the order of \"{}\", so that windows of them are scored (recipe "
                  "series-anomaly; the rows one by one: train tabular-anomaly --data)",
                  request.data, *time));
  return true;
}

/// The shipped recipe for series.
Recipe series_recipe(const RecipeRequest& request, const ReadOptions& how) {
  Recipe recipe = open_recipe("series-anomaly");
  SeriesOptions series = how.series;
  if (series.window == 0) series.window = recipe.data.read.series.window;
  recipe.name = suggest_name(request.data);
  recipe.data.source = request.data;
  recipe.data.read = how;
  recipe.data.read.series = series;
  return recipe;
}

Recipe suggested_recipe(const RecipeRequest& request, const ReadOptions& how, const NumberOrText& test) {
  const Dataset data = open_source(request.data, how).train;
  if (!request.anomalies) return suggest_recipe(request.data, how, data, test);
  Recipe recipe = open_recipe("tabular-anomaly");
  if (suits_convolutions(data.sample)) {
    // The other kinds of evidence are about single features, which pixels are not.
    const AnomalyConfig anomaly{.quantile = recipe.anomaly->quantile};
    recipe = suggest_recipe(request.data, how, data, test);
    recipe.objective.reconstruction = Reconstruction::mse;
    recipe.anomaly = anomaly;
    return recipe;
  }
  recipe.name = suggest_name(request.data);
  recipe.data.source = request.data;
  recipe.data.read = how;
  if (how.missing == MissingValues::refuse) recipe.data.read.missing = MissingValues::mean;  // new rows may have gaps
  return recipe;
}

Recipe named_or_suggested(const RecipeRequest& request, const Notify& notify) {
  std::vector<std::string> overrides = request.overrides;
  if (!request.data.empty()) overrides.push_back("data.source=" + toml_text({request.data, {}}));
  if (!request.name.empty()) return open_recipe(request.name, overrides);
  if (request.data.empty()) fail("train: expected a recipe, or --data to train on");
  announce_fetch(request.data, notify);
  // The keys of [data] that the overrides set, before there is a recipe.
  Recipe any = suggest_recipe(request.data, {}, {"", {1}, std::vector<float>(1), {}});
  any.data.validation = 0.5;  // any but 0: below, 0 is what an override asks for
  const DataConfig requested = parse_recipe(recipe_toml(any), "--set", overrides).data;
  const Inspection found = inspect_source(request.data, requested.read);
  ReadOptions given = requested.read;
  const bool is_series = request.anomalies && find_series(request, found, given, notify);
  const auto [how, decisions] = suggested_reading(found, given);
  Recipe suggested = is_series ? series_recipe(request, how) : suggested_recipe(request, how, requested.test);
  if (requested.validation == 0) suggested.train.early_stopping.reset();  // it needs validation rows
  Recipe recipe = parse_recipe(recipe_toml(suggested), suggested.name, overrides);
  recipe.data.read.categorical = how.categorical;  // an override replaces these lists, but how has its columns too
  recipe.data.read.ignore = how.ignore;
  recipe.data.read.missing_values = how.missing_values;
  for (const ReadingDecision& decision : decisions)
    if (decision.is_uncertain && !(decision.key == "scale" && recipe.data.scale == ScalerKind::robust))
      notify(note_of(request.data, decision));
  return recipe;
}

}  // namespace

Recipe choose_recipe(const RecipeRequest& request, const Notify& notify) {
  Recipe recipe = named_or_suggested(request, notify);
  if (request.learning_rate) recipe.train.optimizer.learning_rate = *request.learning_rate;
  return recipe;
}

}  // namespace hourglass

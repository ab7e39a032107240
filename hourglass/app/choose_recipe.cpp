#include "hourglass/app/choose_recipe.h"

#include "hourglass/app/inspect.h"
#include "hourglass/base/schema/toml.h"
#include "hourglass/data/source.h"
#include "hourglass/recipe/suggest.h"
#include "hourglass/recipe/suggest_pictures.h"

namespace hourglass {

namespace {

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
  any.data.validation = 0.5;  // so that 0 is an override
  const DataConfig requested = parse_recipe(recipe_toml(any), "--set", overrides).data;
  const auto [how, decisions] = suggested_reading(inspect_source(request.data, requested.read), requested.read);
  Recipe suggested = suggested_recipe(request, how, requested.test);
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

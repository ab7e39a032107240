#include "hourglass/app/choose_recipe.h"

#include "hourglass/app/inspect.h"
#include "hourglass/base/schema/toml.h"
#include "hourglass/recipe/suggest.h"

namespace hourglass {

namespace {

constexpr const char* kAnomalyRecipe = "tabular-anomaly";

std::vector<std::string> overrides_of(const RecipeRequest& request) {
  std::vector<std::string> all = request.overrides;
  if (!request.data.empty()) all.push_back("data.source=" + toml_text({request.data, {}}));
  return all;
}

/// The keys of [data] that the overrides set, before there is a recipe.
ReadOptions requested_reading(const RecipeRequest& request) {
  const Dataset any{"", {1}, std::vector<float>(1), {}};
  return parse_recipe(recipe_toml(suggest_recipe(request.data, {}, any)), "--set", overrides_of(request)).data.read;
}

Recipe suggested_recipe(const RecipeRequest& request, const ReadOptions& how, const Notify& notify) {
  if (!request.anomalies) return suggest_recipe(request.data, how, open_data(request.data, how, notify).train);
  Recipe recipe = open_recipe(kAnomalyRecipe);
  recipe.name = suggest_name(request.data);
  recipe.data.source = request.data;
  recipe.data.read = how;
  return recipe;
}

}  // namespace

Recipe choose_recipe(const RecipeRequest& request, const Notify& notify) {
  const auto overrides = overrides_of(request);
  if (!request.name.empty()) return open_recipe(request.name, overrides);
  if (request.data.empty()) fail("train: expected a recipe, or --data to train on");
  const ReadOptions requested = requested_reading(request);
  const ReadOptions how = suggested_reading(inspect_source(request.data, requested), requested);
  const Recipe suggested = suggested_recipe(request, how, notify);
  Recipe recipe = parse_recipe(recipe_toml(suggested), suggested.name, overrides);
  recipe.data.read.categorical = how.categorical;  // an override replaces these lists, but how has its columns too
  recipe.data.read.ignore = how.ignore;
  return recipe;
}

}  // namespace hourglass

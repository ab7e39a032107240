#include "hourglass/app/open.h"

#include <filesystem>

#include "hourglass/app/shipped_models.h"
#include "hourglass/app/shipped_recipes.h"
#include "hourglass/base/text.h"
#include "hourglass/data/known.h"
#include "hourglass/data/source.h"

namespace hourglass {

namespace {

DataSplits open_splits(const TrainedModel& model, const DataRequest& request, const ReadOptions& how,
                       const Notify& notify) {
  const std::string& source = request.source.empty() ? model.recipe.data.source : request.source;
  DataSplits splits = open_data(source, how, notify, model.autoencoder.scaler.columns);
  if (request.split == "train") splits.test.reset();
  return splits;
}

Dataset test_or_train(DataSplits splits) { return splits.test ? std::move(*splits.test) : std::move(splits.train); }

}  // namespace

Recipe open_recipe(const std::string& name_or_path, const std::vector<std::string>& overrides) {
  if (const ShippedRecipe* shipped = find_shipped_recipe(name_or_path))
    return parse_recipe(shipped->text, shipped->name, overrides);
  if (!std::filesystem::exists(name_or_path))
    fail("no recipe \"{}\": neither a file nor a shipped recipe{}", name_or_path,
         did_you_mean(name_or_path, shipped_recipe_names()));
  return read_recipe(name_or_path, overrides);
}

TrainedModel open_model(const std::string& name_or_path) {
  if (std::filesystem::exists(name_or_path)) return load_model(name_or_path);
  const ModelCard card = shipped_model_card(name_or_path);
  verify_weights(card);
  return load_model(card.weights);
}

DataSplits open_data(const std::string& source, const ReadOptions& how, const Notify& notify,
                     std::span<const std::string> features) {
  const Source found = resolve_source(source);
  const auto* known = found.as<const KnownSet*>();
  if (known && !kept_folder(**known)) notify(fmt::format("Fetching {} …", source));
  return read_source(found, how, features);
}

DataSplits open_splits(const TrainedModel& model, const DataRequest& request, const Notify& notify) {
  return open_splits(model, request, model.recipe.data.read, notify);
}

Dataset open_split(const TrainedModel& model, const DataRequest& request, const Notify& notify) {
  return test_or_train(open_splits(model, request, notify));
}

Dataset open_every_row(const TrainedModel& model, const DataRequest& request, const Notify& notify) {
  ReadOptions how = model.recipe.data.read;
  if (how.missing == MissingValues::drop) how.missing = MissingValues::refuse;
  return test_or_train(open_splits(model, request, how, notify));
}

}  // namespace hourglass

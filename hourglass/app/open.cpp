#include "hourglass/app/open.h"

#include <filesystem>

#include "hourglass/app/shipped.h"
#include "hourglass/base/text.h"
#include "hourglass/data/known.h"
#include "hourglass/data/source.h"

namespace hourglass {

Recipe open_recipe(const std::string& name_or_path, const std::vector<std::string>& overrides) {
  if (const auto shipped = shipped_recipes().find(name_or_path); shipped != shipped_recipes().end())
    return parse_recipe(shipped->second, name_or_path, overrides);
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

void announce_fetch(const std::string& source, const Notify& notify) {
  const KnownSet* known = find_known(source);
  if (known && !kept_folder(*known)) notify(fmt::format("Fetching {} …", source));
}

DataSplits open_data(const std::string& source, const ReadOptions& how, const Notify& notify,
                     std::span<const std::string> features) {
  const Source found = resolve_source(source);
  announce_fetch(source, notify);
  DataSplits splits = read_source(found, how, features);
  for (const std::string& note : splits.train.notes) notify(note);
  if (splits.test)
    for (const std::string& note : splits.test->notes) notify(note);
  return splits;
}

const std::string& source_of(const TrainedModel& model, const DataRequest& request) {
  return request.source.empty() ? model.recipe.data.source : request.source;
}

DataSplits open_splits(const TrainedModel& model, const DataRequest& request, const Notify& notify, bool every_row) {
  ReadOptions how = model.recipe.data.read;
  if (every_row && how.missing == MissingValues::drop) how.missing = MissingValues::refuse;
  if (every_row) how.keep = request.keep;
  DataSplits splits = open_data(source_of(model, request), how, notify, model.autoencoder.scaler.columns);
  if (request.part == DataPart::train) splits.test.reset();
  return splits;
}

Dataset open_every_row(const TrainedModel& model, const DataRequest& request, const Notify& notify) {
  DataSplits splits = open_splits(model, request, notify, true);
  return std::move(measured_part(splits));
}

}  // namespace hourglass

#include "hourglass/app/open.h"

#include <filesystem>

#include "hourglass/app/shipped.h"
#include "hourglass/base/text.h"
#include "hourglass/data/known.h"
#include "hourglass/data/scaler.h"
#include "hourglass/data/series.h"
#include "hourglass/data/source.h"
#include "hourglass/data/split.h"
#include "hourglass/train/trainer.h"

namespace hourglass {

namespace {

bool is_source(const std::string& name) {
  try {
    resolve_source(name);
    return true;
  } catch (const Error&) {
    return false;
  }
}

/// The name of a data set is an easy mistake.
[[noreturn]] void refuse_recipe_name(const std::string& name) {
  const std::vector<std::string> recipes = shipped_recipe_names(), sets = known_names();
  if (find_known(name)) fail("{0} is a data set; train on it with: hourglass train --data {0}", name);
  const auto set = nearest_name(name, sets);
  if (set && !nearest_name(name, recipes))
    fail("no recipe \"{0}\"; {1} is a data set; train on it with: hourglass train --data {1}", name, *set);
  fail("no recipe \"{}\": neither a file nor a shipped recipe{}", name, did_you_mean(name, recipes));
}

}  // namespace

Recipe open_recipe(const std::string& name_or_path, const std::vector<std::string>& overrides) {
  if (const auto shipped = shipped_recipes().find(name_or_path); shipped != shipped_recipes().end())
    return parse_recipe(shipped->second, name_or_path, overrides);
  if (!std::filesystem::exists(name_or_path)) refuse_recipe_name(name_or_path);
  try {
    return read_recipe(name_or_path, overrides);
  } catch (const Error& e) {
    if (std::filesystem::path(name_or_path).extension() == ".toml" || !is_source(name_or_path)) throw;
    fail("{} is no recipe ({}); if it is data, train on it with: hourglass train --data {}", name_or_path, e.what(),
         shell_path(name_or_path));
  }
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

namespace {

/// The given rows as a data set of their own, called NAME PART.
Dataset rows_of(const Dataset& all, std::span<const uint32_t> rows, std::string_view part) {
  constexpr std::string_view kTrain = " train";
  Dataset some = all.select(rows);
  if (some.name.ends_with(kTrain)) some.name.resize(some.name.size() - kTrain.size());
  some.name += fmt::format(" {}", part);
  return some;
}

/// Opens data to measure beside `train`, with the same features and classes.
Dataset open_test_data(const std::string& source, ReadOptions how, const Dataset& train, const Notify& notify) {
  how.classes = train.classes;
  DataSplits parts = open_data(source, how, notify, train.columns);
  Dataset test = std::move(measured_part(parts));
  if (test.sample.size() != train.sample.size())
    fail("{}: samples are {}, those of {} are {}", test.name, test.sample.text(), train.name, train.sample.text());
  return test;
}

/// Makes a test part of rows of the training part.
void cut_test_part(DataSplits& parts, double fraction, uint64_t seed) {
  Dataset& all = parts.train;
  if (parts.test)
    fail("data.test = {}: {} belongs to data that have a test part; leave the key out", fraction, all.name);
  if (std::holds_alternative<StoredArray>(all.values))
    fail("data.test = {}: {} is too large to be copied; cut the file in two, and name one by data.test = \"FILE\"",
         fraction, all.name);
  const Split split = series_of(all) ? split_windows(all, fraction, HeldOutFor::test)
                                     : split_rows(static_cast<uint32_t>(all.rows()), fraction, seed, HeldOutFor::test);
  parts.test = rows_of(all, split.held_out, "test");
  all = all.select(split.train);
}

/// True if the request names no data, or those that the model was trained on.
bool is_own_source(const Recipe& recipe, const std::string& source) {
  std::error_code ignored;
  return source.empty() || source == recipe.data.source ||
         std::filesystem::equivalent(source, recipe.data.source, ignored);
}

void require_test_part(const DataSplits& data) {
  if (!data.test)
    fail("{}: no test part; --test FILE measures other data, and training with data.test = 0.2 holds out test rows",
         data.train.name);
}

void require_validation_rows(const Recipe& recipe, bool is_own, const std::string& name) {
  if (!is_own)
    fail("{}: validation rows belong to {}, which the model was trained on; leave --data or --split out", name,
         recipe.data.source);
  if (recipe.data.validation == 0)
    fail("{}: the model was trained without validation rows; training with data.validation = 0.1 holds some out", name);
}

}  // namespace

DataSplits open_recipe_data(const Recipe& recipe, const Notify& notify, std::span<const std::string> features) {
  const NumberOrText& test = recipe.data.test;
  DataSplits parts = open_data(recipe.data.source, recipe.data.read, notify, features);
  if (!test.text.empty()) parts.test = open_test_data(test.text, recipe.data.read, parts.train, notify);
  if (test.number > 0) cut_test_part(parts, test.number, recipe.train.seed);
  return parts;
}

std::optional<Dataset> validation_part(const Recipe& recipe, const Dataset& train) {
  if (recipe.data.validation == 0) return std::nullopt;
  return rows_of(train, validation_split(recipe, train).held_out, "validation");
}

namespace {

void warn_of_units(const TrainedModel& model, const DataSplits& parts, const Notify& notify) {
  for (const Dataset* data : {&parts.train, parts.test ? &*parts.test : nullptr})
    if (const std::string note = data ? note_of_units(*data, model.autoencoder.scaler) : ""; !note.empty())
      notify("warning: " + note);
}

/// The source of the request, and the test part where there is one; that of data.test if the request names no data, or
/// a part of the model's own source.
DataSplits open_parts(const TrainedModel& model, const DataRequest& request, bool own, const Notify& notify) {
  Recipe recipe = model.recipe;
  recipe.data.read.keep = request.keep;
  const auto& features = model.autoencoder.scaler.columns;
  const std::string& source = own ? recipe.data.source : request.source;
  const bool as_trained = request.part ? own && request.part != DataPart::all : request.source.empty();
  DataSplits parts =
      as_trained ? open_recipe_data(recipe, notify, features) : open_data(source, recipe.data.read, notify, features);
  if (!request.test.empty()) parts.test = open_test_data(request.test, recipe.data.read, parts.train, notify);
  warn_of_units(model, parts, notify);
  return parts;
}

}  // namespace

OpenedData open_splits(const TrainedModel& model, const DataRequest& request, const Notify& notify) {
  const Recipe& recipe = model.recipe;
  const bool own = is_own_source(recipe, request.source);
  OpenedData data{open_parts(model, request, own, notify)};
  if (!request.test.empty()) return data;
  const bool holds_out = own && recipe.data.validation > 0;
  const DataPart part = request.part.value_or(data.test                             ? DataPart::test
                                              : holds_out && request.source.empty() ? DataPart::validation
                                                                                    : DataPart::all);
  if (part == DataPart::test) {
    require_test_part(data);
    data.is_held_out = own && recipe.data.test.number > 0;  // then the source has no test part of its own
    return data;
  }
  data.test.reset();
  if (part == DataPart::validation) {
    require_validation_rows(recipe, own, data.train.name);
    data.test = validation_part(recipe, data.train);
  }
  data.is_held_out = part == DataPart::validation;
  data.is_trained_on = own && !data.is_held_out;
  // Without labels only the held-out rows are used, so that the others need not be copied.
  if (holds_out && (part == DataPart::train || (data.test && !data.train.labels.empty())))
    data.train = rows_of(data.train, validation_split(recipe, data.train).train, "train");
  return data;
}

namespace {

Dataset open_rows(const TrainedModel& model, const DataRequest& request, const Notify& notify) {
  if (request.part) {
    DataSplits parts = open_splits(model, request, notify);
    return std::move(measured_part(parts));
  }
  ReadOptions how = model.recipe.data.read;
  // Time steps without a value have no score.
  if (how.missing == MissingValues::drop && how.series.window == 0) how.missing = MissingValues::refuse;
  how.keep = request.keep;
  DataSplits parts = open_data(source_of(model, request), how, notify, model.autoencoder.scaler.columns);
  warn_of_units(model, parts, notify);
  return std::move(measured_part(parts));
}

}  // namespace

Dataset open_every_row(const TrainedModel& model, const DataRequest& request, const Notify& notify) {
  Dataset data = open_rows(model, request, notify);
  if (series_of(data)) data.kept = first_step_texts(data);
  return data;
}

}  // namespace hourglass

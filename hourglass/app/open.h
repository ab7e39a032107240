#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "hourglass/base/enum_names.h"
#include "hourglass/data/dataset.h"
#include "hourglass/model/model_file.h"
#include "hourglass/recipe/recipe.h"

namespace hourglass {

/// Receives a sentence for the user, without a newline.
using Notify = std::function<void(const std::string&)>;

/// Opens a shipped recipe by name or a TOML file by path, with `section.key=value` overrides. Throws Error if there is
/// neither, with the nearest shipped name, and as parse_recipe does.
Recipe open_recipe(const std::string& name_or_path, const std::vector<std::string>& overrides = {});

/// Opens a run folder, a .safetensors file or a shipped model by name. Throws Error if it is none of these, with the
/// nearest shipped name, and if the SHA-256 of a shipped model's weights differs from that in its card.
TrainedModel open_model(const std::string& name_or_path);

/// Sends a message if the source is a known data set that must be fetched before it can be read.
void announce_fetch(const std::string& source, const Notify& notify);

/// Opens a source as open_source does. `notify` receives a message if a known data set must be fetched first, and the
/// notes of the data.
DataSplits open_data(const std::string& source, const ReadOptions& how, const Notify& notify,
                     std::span<const std::string> features = {});

/// Opens the source of a recipe, and the test part that its data.test names: other data, or rows of the source that the
/// seed chooses. Throws Error if the source has a test part and data.test is a fraction, and if the two parts have
/// samples of different sizes.
DataSplits open_recipe_data(const Recipe& recipe, const Notify& notify, std::span<const std::string> features = {});

/// The validation rows of a training on `train`; nothing if the recipe holds out none.
std::optional<Dataset> validation_part(const Recipe& recipe, const Dataset& train);

/// Parts of the data.
enum class DataPart {
  train,       ///< the rows that the weights were fitted to
  validation,  ///< the rows held out by data.validation
  test,        ///< the test part of the source, or the rows or data of data.test
  all,         ///< all rows of the source; of a source with a test part, all rows of the training part
};
template <>
inline const std::vector<std::string> kNames<DataPart> = {"train", "validation", "test", "all"};

/// Which data a trained model works on.
struct DataRequest {
  std::string source = {};  ///< a path or a known name; empty: the source that the model was trained on
  std::string test = {};    ///< data to measure instead of a part of the source; excludes `part`
  /// Empty: the test part; where there is none, the validation rows if there is no `source` either, else all rows.
  std::optional<DataPart> part = {};
  std::vector<std::string> keep = {};  ///< columns of a table for Dataset::kept, where every row is opened
};

/// The source of the request, or else of the model's recipe.
const std::string& source_of(const TrainedModel& model, const DataRequest& request);

/// Data opened for a model: `test` is what is measured, if it is not all of `train`. Without labels, `train` may
/// contain the rows of `test`.
struct OpenedData : DataSplits {
  bool is_held_out = false;    ///< the recipe's seed chose the rows of `test` from the source
  bool is_trained_on = false;  ///< the weights were fitted to the measured rows
};

/// Opens the data for a model, read as its recipe says, with the features it was trained on. Throws Error if there is
/// no such part, with what would give one.
OpenedData open_splits(const TrainedModel& model, const DataRequest& request, const Notify& notify);

/// The part of the data that results are of: the test part, or the training part where there is none.
auto& measured_part(auto& parts) { return parts.test ? *parts.test : parts.train; }

/// Opens the requested part for output files with one line per row. Without a part in the request: every row of the
/// source, or of its own test part if it has one; a missing value is then an error if the recipe would drop its row. Of
/// windows Dataset::kept are first_step_texts (data/series.h).
Dataset open_every_row(const TrainedModel& model, const DataRequest& request, const Notify& notify);

}  // namespace hourglass

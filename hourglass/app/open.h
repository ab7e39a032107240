#pragma once

#include <functional>
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

/// Parts to open.
enum class DataPart {
  test,   ///< both parts; results are of the test part where there is one
  train,  ///< the training part alone
};
template <>
inline const std::vector<std::string> kNames<DataPart> = {"test", "train"};

/// Which data a trained model works on.
struct DataRequest {
  std::string source;  ///< a path or a known name; empty: the source that the model was trained on
  DataPart part = DataPart::test;
  std::vector<std::string> keep = {};  ///< columns of a table for Dataset::kept, where every row is opened
};

/// The source of the request, or else of the model's recipe.
const std::string& source_of(const TrainedModel& model, const DataRequest& request);

/// Opens the data for a model, read as its recipe says, with the features it was trained on. With `every_row`, a
/// missing value is an error if the recipe would drop its row.
DataSplits open_splits(const TrainedModel& model, const DataRequest& request, const Notify& notify,
                       bool every_row = false);

/// The part of the data that results are of: the test part, or the training part where there is none.
auto& measured_part(auto& parts) { return parts.test ? *parts.test : parts.train; }

/// Opens the test part, or the training part if there is no test part, without dropping rows (`every_row`): for output
/// files with one line per input row.
Dataset open_every_row(const TrainedModel& model, const DataRequest& request, const Notify& notify);

}  // namespace hourglass

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

/// A shipped recipe's name or the path of a TOML file, with `section.key=value` overrides. Throws Error for neither,
/// with the nearest shipped name, and as parse_recipe does.
Recipe open_recipe(const std::string& name_or_path, const std::vector<std::string>& overrides = {});

/// A run folder, a .safetensors file or a shipped model's name. Throws Error for none of these, with the nearest
/// shipped name, and when a shipped model's weights are not what its card says.
TrainedModel open_model(const std::string& name_or_path);

/// open_source; `notify` is told when a data set is fetched first.
DataSplits open_data(const std::string& source, const ReadOptions& how, const Notify& notify,
                     std::span<const std::string> features = {});

/// Only the training part of the data; or the test part too, where there is one.
enum class DataPart { test, train };
template <>
inline const std::vector<std::string> kNames<DataPart> = {"test", "train"};

/// Which data a trained model works on.
struct DataRequest {
  std::string source;  ///< a path or a known name; empty: the source that the model was trained on
  DataPart part = DataPart::test;
};

/// The data for a model, read as its recipe says, with the features it was trained on. With `every_row`, a recipe that
/// drops rows with missing values has them refused.
DataSplits open_splits(const TrainedModel& model, const DataRequest& request, const Notify& notify,
                       bool every_row = false);

/// Every row of the test part, or of the training part where there is no test part, for results with one row per row.
Dataset open_every_row(const TrainedModel& model, const DataRequest& request, const Notify& notify);

}  // namespace hourglass

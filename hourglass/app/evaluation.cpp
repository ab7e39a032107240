#include "hourglass/app/evaluation.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "hourglass/base/schema/fields_reader.h"
#include "hourglass/base/schema/toml.h"
#include "hourglass/data/dataset.h"
#include "hourglass/data/scaler.h"
#include "hourglass/objective/corruption.h"

namespace hourglass {

namespace {

std::string loss_of(const Autoencoder& model, const Dataset& data, const Notify& notify) {
  model.check_fits(data);
  if (!model.network().ends_in_sigmoid()) return "mse";
  try {
    check_unit_interval(data, model.scaler);
    return "bce";
  } catch (const Error& e) {
    notify(fmt::format("note: mse stands in for bce: {}", e.what()));
    return "mse";
  }
}

/// KIND=AMOUNT, read as a line of a recipe's [corruption].
std::optional<CorruptionConfig> parse_corruption(const std::string& text) {
  if (text.empty()) return std::nullopt;
  CorruptionConfig config;
  const Value root = parse_toml("[corruption]\n" + text, "corruption " + text);
  FieldReader reader(root, "");
  reader.section("corruption", config);
  reader.finish();
  if (!Corruption(config, 0).is_active()) fail("corruption {}: expected an amount above 0", text);
  return config;
}

/// Leaves out rows whose label is not among `labels`: chance has put all rows of a rare class into this part.
void leave_out_other_labels(Dataset& data, const std::vector<int32_t>& labels, const Notify& notify) {
  std::vector<uint32_t> rows;
  for (uint32_t i = 0; i < data.labels.size(); ++i)
    if (std::ranges::binary_search(labels, data.labels[i])) rows.push_back(i);
  if (rows.size() == data.labels.size()) return;
  notify(fmt::format("note: {}: {} of {} rows are left out, because no training row has their label", data.name,
                     data.labels.size() - rows.size(), data.labels.size()));
  data = data.select(rows);
}

}  // namespace

Evaluation evaluate_model(const TrainedModel& model, const EvaluationRequest& request, const Notify& notify) {
  OpenedData parts = open_splits(model, request.data, notify);
  Dataset& data = measured_part(parts);
  if (request.rows > 0) data = data.slice(0, std::min(request.rows, data.rows()));
  EvaluationOptions options{.threads = request.threads, .jacobian = request.jacobian, .radii = request.radii};
  options.corruption = parse_corruption(request.corruption);
  options.samples = request.samples;
  options.train = parts.test ? &parts.train : nullptr;
  options.progress = request.progress;
  const Corruption corruption(options.corruption.value_or(model.recipe.corruption), model.recipe.train.seed);
  if (request.corrupt) {
    if (!corruption.is_active()) fail("no corruption is given, and the model's recipe has no [corruption]");
    options.corrupt_input = [&](auto clean, auto rows, auto input) { corruption.apply(clean, 0, rows, input); };
  }
  Evaluation result{.data = data.name, .rows = data.rows(), .is_trained_on = parts.is_trained_on};
  std::set<std::string> applicable(request.metrics.begin(), request.metrics.end());
  options.note = [&](const Omission& o) {
    if (applicable.erase(o.part)) result.omitted.insert(o.part);
    if (applicable.empty()) fail("{}: {}", o.part, o.reason);
    notify(fmt::format("note: {} is left out: {}", o.part, o.reason));
  };
  std::vector<std::string> names = {loss_of(model.autoencoder, data, notify)};
  names.insert(names.end(), request.metrics.begin(), request.metrics.end());
  result.metrics = evaluate(model.autoencoder, data, names, options);
  return result;
}

DataSplits open_labelled_splits(const TrainedModel& model, const DataRequest& request, const Notify& notify) {
  OpenedData parts = open_splits(model, request, notify);
  if (!parts.test)
    fail(
        "{}: no test part; a classifier of codes needs a training and a test part, both labelled: --test FILE names "
        "one, and training with data.test = 0.2 holds one out",
        parts.train.name);
  for (const Dataset* data : {&parts.train, &*parts.test}) model.autoencoder.check_fits(*data);
  const std::vector<int32_t> labels = distinct_labels(parts.train);
  if (parts.is_held_out) leave_out_other_labels(*parts.test, labels, notify);
  classes_of(*parts.test, labels);
  return parts;
}

}  // namespace hourglass

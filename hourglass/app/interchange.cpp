#include "hourglass/app/interchange.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "hourglass/app/inspect.h"
#include "hourglass/base/file.h"
#include "hourglass/base/statistics.h"
#include "hourglass/data/feature_columns.h"
#include "hourglass/data/formats/csv_writer.h"
#include "hourglass/data/formats/npy.h"
#include "hourglass/data/scaler.h"
#include "hourglass/data/source.h"
#include "hourglass/data/text_columns.h"
#include "hourglass/report/plot/image_grid.h"

namespace hourglass {

namespace {

std::vector<std::string> code_names(int64_t units) {
  std::vector<std::string> names;
  for (int64_t k = 1; k <= units; ++k) names.push_back(fmt::format("code_{}", k));
  return names;
}

/// The likeliest text of a category. Nothing if no output is a number.
CsvColumn text_column(const FeatureColumn& column, ConstView outputs) {
  const auto append = [texts = column.texts, first = outputs.as<float>() + column.first, width = outputs.columns()](
                          std::string& text, int64_t row) {
    const std::span values(first + row * width, texts.size());
    const auto best = std::ranges::max_element(values, [](float a, float b) { return a < b || (a != a && b == b); });
    if (!std::isnan(*best)) append_csv_cell(text, texts[static_cast<size_t>(best - values.begin())]);
  };
  return {column.name, append};
}

/// Turns the outputs for a categorical column into probabilities.
void normalise(const FeatureColumn& column, View outputs) {
  for (int64_t row = 0; row < outputs.rows(); ++row) {
    const std::span values(outputs.as<float>() + row * outputs.columns() + column.first, column.texts.size());
    double sum = 0;
    for (float& x : values) sum += x = std::max(x, 0.0f);
    for (float& x : values) x = sum == 0 ? 1.0f / static_cast<float>(values.size()) : static_cast<float>(x / sum);
  }
}

std::string samples_csv(const TrainedModel& model, View outputs, Categories categories,
                        const std::vector<TextColumn>& kept) {
  const std::vector<std::string> features = feature_names(model.autoencoder);
  const std::vector<CsvColumn> numbers = csv_columns(outputs, features);
  std::vector<CsvColumn> columns;
  for (const FeatureColumn& c : feature_columns(features, model.recipe.data.read.categorical)) {
    if (!c.texts.empty() && categories == Categories::probabilities) normalise(c, outputs);
    if (!c.texts.empty() && categories == Categories::texts)
      columns.push_back(text_column(c, outputs));
    else
      columns.insert(columns.end(), numbers.begin() + c.first, numbers.begin() + c.first + c.features());
  }
  insert_text_columns(columns, 0, kept);
  return csv_table(outputs.rows(), columns, !model.autoencoder.scaler.columns.empty() || !kept.empty());
}

/// Whether the source is a table with the columns of codes.
bool has_names(const Source& source, const std::vector<std::string>& names) {
  if (source.kind != Source::Kind::table) return false;
  const auto columns = inspect_source(source.name).columns;
  return std::ranges::all_of(
      names, [&](const std::string& name) { return std::ranges::count(columns, name, &TableColumn::name) > 0; });
}

}  // namespace

std::vector<std::string> feature_names(const Autoencoder& model) {
  std::vector<std::string> all = model.scaler.columns;
  for (auto j = std::ssize(all); j < model.network().input().size();) all.push_back(std::to_string(++j));
  return all;
}

void write_codes(const std::string& path, ConstView codes, const std::vector<TextColumn>& kept) {
  if (path.ends_with(".npy")) return write_file_atomically(path, npy_bytes(codes));
  std::vector<CsvColumn> columns = csv_columns(codes, code_names(codes.columns()));
  insert_text_columns(columns, 0, kept);
  write_file_atomically(path, csv_table(codes.rows(), columns));
}

void write_samples(const std::string& path, const TrainedModel& model, Tensor outputs, Categories categories,
                   const std::vector<TextColumn>& kept) {
  const Autoencoder& autoencoder = model.autoencoder;
  if (path.ends_with(".png")) {
    uncenter(autoencoder.scaler, outputs);
    const auto drawn = outputs.view().slice(0, std::min(kMostDrawnSamples, outputs.rows()));
    return write_file_atomically(path, png_bytes(tile(drawn, autoencoder.network().input())));
  }
  to_data_units(autoencoder.scaler, outputs);
  write_file_atomically(path,
                        path.ends_with(".npy") ? npy_bytes(outputs) : samples_csv(model, outputs, categories, kept));
}

std::string onnx_bytes(const TrainedModel& model, OnnxPart part) {
  const auto& [recipe, autoencoder, anomaly] = model;
  const bool is_scored = anomaly && !anomaly->evidence;  // a graph holds no stored rows
  const auto units = is_scored ? anomaly->residual_units() : std::vector<float>();
  auto metadata = model_metadata(recipe, autoencoder, is_scored ? anomaly : std::nullopt);
  metadata["part"] = name_of(part);
  if (is_scored) metadata["threshold"] = "1";  // of the graph's score
  return onnx_bytes(recipe.model, autoencoder, part, units, metadata);
}

Tensor read_codes(const std::string& source, const Shape& code) {
  const Source found = resolve_source(source);
  std::vector<std::string> names = code_names(code.size());
  if (!has_names(found, names)) names.clear();
  const Dataset data = read_source(found, {}, names).train;
  Tensor codes(DType::f32, data.sample.batch(data.rows()));
  gather(data, Scaler(), all_rows(data.rows()), codes);
  return codes;
}

}  // namespace hourglass

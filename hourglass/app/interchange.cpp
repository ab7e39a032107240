#include "hourglass/app/interchange.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <utility>

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
#include "hourglass/tensor/copy.h"
#include "hourglass/tensor/visit.h"

namespace hourglass {

namespace {

std::vector<std::string> code_names(int64_t units) {
  std::vector<std::string> names;
  for (int64_t k = 1; k <= units; ++k) names.push_back(fmt::format("code_{}", k));
  return names;
}

/// The most memory for rows that are computed together, if a chunk of the inference takes no more.
constexpr int64_t kTogetherBytes = int64_t{1} << 24;

ModelOutput output_of(const Inference& inference, const Shape& sample, int64_t rows,
                      std::function<void(int64_t, View)> compute) {
  return {sample, rows, inference.whole_chunks(sample.size(), kTogetherBytes), inference.model().theta().dtype(),
          std::move(compute)};
}

/// f(first, rows) for the first `count` rows, some at a time; f may change them.
void for_some_rows(const ModelOutput& output, int64_t count, const std::function<void(int64_t, View)>& f) {
  Tensor space(output.dtype, output.sample.batch(std::min(output.together, output.rows)));
  for (int64_t first = 0; first < count; first += output.together) {
    const View some = space.view().slice(0, std::min(output.together, output.rows - first));
    output.compute(first, some);
    f(first, some);
  }
}

void write_npy(const std::string& path, const ModelOutput& output) {
  AtomicFile file(path);
  file.append(npy_start(output.dtype, output.sample.batch(output.rows)));
  for_some_rows(output, output.rows, [&](int64_t, View rows) { file.append(to_host(rows).bytes()); });
  file.commit();
}

/// make_columns(rows) gives the columns of a file whose rows in memory are `rows`.
void write_csv(const std::string& path, const ModelOutput& output, bool header, auto make_columns) {
  SomeRows rows{ConstView(nullptr, output.dtype, output.sample.batch(0))};
  const std::vector<CsvColumn> columns = make_columns(rows);
  CsvFile file(path, columns, header);
  for_some_rows(output, output.rows, [&](int64_t first, View some) {
    rows = {some, first};
    for (int64_t row = first; row < first + some.rows(); ++row) file.add_row(row);
  });
  file.commit();
}

/// The likeliest text of a category. Nothing if no output is a number.
CsvColumn text_column(const FeatureColumn& column, const SomeRows& rows) {
  const auto append = [texts = column.texts, first = column.first, width = rows.values.columns(), &rows](
                          std::string& text, int64_t row) {
    const std::span values(rows.values.as<float>() + (row - rows.first) * width + first, texts.size());
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

void write_samples_csv(const std::string& path, const TrainedModel& model, const ModelOutput& outputs,
                       Categories categories, const std::vector<TextColumn>& kept) {
  const std::vector<std::string> features = feature_names(model.autoencoder);
  const ReadOptions& read = model.recipe.data.read;
  const auto groups = feature_columns(features, read.series.window > 0 ? std::vector<std::string>() : read.categorical);
  ModelOutput shown = outputs;
  shown.compute = [&](int64_t first, View out) {
    outputs.compute(first, out);
    for (const FeatureColumn& c : groups)
      if (!c.texts.empty() && categories == Categories::probabilities) normalise(c, out);
  };
  write_csv(path, shown, !model.autoencoder.scaler.columns.empty() || !kept.empty(), [&](const SomeRows& rows) {
    const std::vector<CsvColumn> numbers = csv_columns(rows, features);
    std::vector<CsvColumn> columns;
    for (const FeatureColumn& c : groups)
      if (!c.texts.empty() && categories == Categories::texts)
        columns.push_back(text_column(c, rows));
      else
        columns.insert(columns.end(), numbers.begin() + c.first, numbers.begin() + c.first + c.features());
    insert_text_columns(columns, 0, kept);
    return columns;
  });
}

void draw_samples(const std::string& path, const Autoencoder& model, const ModelOutput& outputs) {
  Tensor drawn(outputs.dtype, outputs.sample.batch(std::min(kMostDrawnSamples, outputs.rows)));
  for_some_rows(outputs, drawn.rows(), [&](int64_t first, View rows) {
    const int64_t count = std::min(rows.rows(), drawn.rows() - first);
    copy(rows.slice(0, count), drawn.view().slice(first, count));
  });
  uncenter(model.scaler, drawn);
  write_file_atomically(path, png_bytes(tile(drawn, model.network().input())));
}

/// Whether the source is a table with the columns of codes.
bool has_names(const Source& source, const std::vector<std::string>& names) {
  if (source.kind != Source::Kind::table) return false;
  std::set<std::string> columns;
  const Inspection found = inspect_source(source.name);
  for (const TableColumn& column : found.columns) columns.insert(column.name);
  return std::ranges::all_of(names, [&](const std::string& name) { return columns.contains(name); });
}

}  // namespace

std::vector<std::string> feature_names(const Autoencoder& model) {
  std::vector<std::string> all = model.scaler.columns;
  for (auto j = std::ssize(all); j < model.network().input().size();) all.push_back(std::to_string(++j));
  return all;
}

std::vector<uint32_t> consecutive_rows(int64_t first, int64_t count) {
  std::vector<uint32_t> rows(static_cast<size_t>(count));
  std::iota(rows.begin(), rows.end(), static_cast<uint32_t>(first));
  return rows;
}

ModelOutput encoded(const Inference& inference, const Dataset& data) {
  return output_of(inference, inference.model().network().code().output(), data.rows(),
                   [&](int64_t first, View out) { inference.encode(data, consecutive_rows(first, out.rows()), out); });
}

ModelOutput decoded(const Inference& inference, const Tensor& codes) {
  return output_of(inference, inference.model().network().input(), codes.rows(),
                   [&](int64_t first, View out) { inference.decode(codes.view().slice(first, out.rows()), out); });
}

ModelOutput reconstructed(const Inference& inference, const Dataset& data) {
  return output_of(inference, inference.model().network().input(), data.rows(), [&](int64_t first, View out) {
    inference.reconstruct(data, consecutive_rows(first, out.rows()), out);
  });
}

void write_codes(const std::string& path, const ModelOutput& codes, const std::vector<TextColumn>& kept) {
  if (path.ends_with(".npy")) return write_npy(path, codes);
  write_csv(path, codes, true, [&](const SomeRows& rows) {
    std::vector<CsvColumn> columns = csv_columns(rows, code_names(codes.sample.size()));
    insert_text_columns(columns, 0, kept);
    return columns;
  });
}

void write_samples(const std::string& path, const TrainedModel& model, const ModelOutput& outputs,
                   Categories categories, const std::vector<TextColumn>& kept) {
  const Autoencoder& autoencoder = model.autoencoder;
  if (path.ends_with(".png")) return draw_samples(path, autoencoder, outputs);
  ModelOutput shown = outputs;
  shown.compute = [&](int64_t first, View out) {
    outputs.compute(first, out);
    to_data_units(autoencoder.scaler, out);
  };
  path.ends_with(".npy") ? write_npy(path, shown) : write_samples_csv(path, model, shown, categories, kept);
}

std::string onnx_bytes(const TrainedModel& model, OnnxPart part) {
  const auto& [recipe, autoencoder, anomaly] = model;
  const bool is_scored = anomaly && !anomaly->evidence;  // a graph holds no stored rows
  const auto units = is_scored ? anomaly->residual_units() : std::vector<float>();
  auto metadata = model_metadata(recipe, autoencoder, is_scored ? anomaly : std::nullopt);
  metadata["part"] = name_of(part);
  if (is_scored) metadata["threshold"] = "1";  // of the graph's score
  return onnx_bytes(autoencoder, part, units, metadata);
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

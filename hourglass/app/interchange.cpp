#include "hourglass/app/interchange.h"

#include <algorithm>

#include "hourglass/base/error.h"
#include "hourglass/base/file.h"
#include "hourglass/data/formats/csv.h"
#include "hourglass/data/formats/npy.h"
#include "hourglass/report/plot/image_grid.h"

namespace hourglass {

void write_rows(const std::string& path, ConstView rows, std::span<const std::string> columns) {
  write_file_atomically(path, path.ends_with(".npy") ? npy_bytes(rows) : csv_text(rows, columns));
}

void write_samples(const std::string& path, const Autoencoder& model, Tensor outputs) {
  if (path.ends_with(".png")) {
    uncenter(model.scaler, outputs);
    const auto drawn = outputs.view().slice(0, std::min(kMostDrawnSamples, outputs.rows()));
    write_file_atomically(path, png_bytes(tile(drawn, model.network().input())));
  } else {
    to_data_units(model.scaler, outputs);
    write_rows(path, outputs, model.scaler.columns);
  }
}

std::string onnx_bytes(const TrainedModel& model, OnnxPart part) {
  const auto& [recipe, autoencoder, anomaly] = model;
  const auto units = anomaly ? anomaly->residual_units() : std::vector<float>();
  auto metadata = model_metadata(recipe, autoencoder, anomaly);
  metadata["part"] = name_of(part);
  if (anomaly) metadata["threshold"] = "1";  // of the graph's score
  return onnx_bytes(recipe.model, autoencoder, part, units, metadata);
}

Tensor read_codes(const std::string& path) {
  const std::string bytes = read_file(path);
  if (!is_npy(bytes)) fail("{}: expected codes as .npy, as written by `hourglass encode`", path);
  const NpyArray array = parse_npy(bytes, path);
  if (array.shape.rank() < 2) fail("{}: expected codes (rows, units), found {} values", path, array.shape.text());
  Tensor codes(DType::f32, array.shape);
  std::visit([&](const auto& values) { std::copy(values.begin(), values.end(), codes.as<float>()); }, array.values);
  return codes;
}

}  // namespace hourglass

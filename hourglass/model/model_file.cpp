#include "hourglass/model/model_file.h"

#include "hourglass/base/file.h"
#include "hourglass/base/folder_files.h"
#include "hourglass/base/schema/fields_json.h"
#include "hourglass/base/text.h"
#include "hourglass/base/version.h"
#include "hourglass/tensor/visit.h"

namespace hourglass {

namespace {

constexpr const char* kStoredRows = "anomaly.rows";

const std::string& metadata(const SafeTensors& file, const std::string& key, const std::string& name) {
  const auto found = file.metadata.find(key);
  if (found == file.metadata.end())
    fail("{}: metadata \"{}\" is missing; a model file made elsewhere can start a training: train --init {}", name, key,
         name);
  return found->second;
}

/// A complaint names the file first.
Network make_network(const ModelConfig& config, const Shape& input, const std::string& name) {
  try {
    return {config, input};
  } catch (const Error& e) {
    fail("{}: {}", name, e.what());
  }
}

/// The rows that the evidence of an anomaly score is measured against.
void take_stored_rows(const SafeTensors& file, int64_t features, const std::string& name, AnomalyEvidence& evidence) {
  const auto found = file.tensors.find(kStoredRows);
  if (found == file.tensors.end()) fail("{}: tensor {} is missing", name, kStoredRows);
  const Shape& shape = found->second.shape();
  if (shape.rank() != 2 || shape[0] < 1 || shape[1] != features)
    fail("{}: tensor {} has shape {}, expected rows of {}", name, kStoredRows, shape.text(), features);
  if (!all_finite(found->second)) fail("{}: tensor {} has a value that is not a finite number", name, kStoredRows);
  const Tensor rows = found->second.cast(DType::f32);
  evidence.rows.assign(rows.as<float>(), rows.as<float>() + rows.size());
}

Shape input_shape(const std::string& text, const std::string& name) {
  const std::string where = name + ": metadata \"input\"";
  std::vector<int64_t> sizes;
  read_value(parse_json(text, where), "", sizes, between(1, 1 << 20));
  if (sizes.size() != 1 && sizes.size() != 3)
    fail("{}: expected [features] or [channels, height, width], found {}", where, beginning(text, 60));
  return Shape(sizes);
}

}  // namespace

std::map<std::string, std::string> model_metadata(const Recipe& recipe, const Autoencoder& model,
                                                  const std::optional<AnomalyScale>& anomaly) {
  const Shape& input = model.network().input();
  std::map<std::string, std::string> metadata = {
      {"recipe", recipe_json(recipe)},
      {"scaler", scaler_json(model.scaler)},
      {"input", json_text(plain_value(std::vector(input.begin(), input.end())))},
      {"hourglass", version()}};
  if (anomaly) metadata["anomaly"] = anomaly_json(*anomaly);
  return metadata;
}

std::string model_bytes(const Recipe& recipe, const Autoencoder& model, const std::optional<AnomalyScale>& anomaly) {
  auto tensors = model.weights();
  if (anomaly && anomaly->evidence) {
    const std::vector<float>& rows = anomaly->evidence->rows;
    const int64_t features = model.network().input().size();
    tensors[kStoredRows] = {reinterpret_cast<const std::byte*>(rows.data()), DType::f32,
                            Shape{std::ssize(rows) / features, features}};
  }
  return safetensors_bytes(tensors, model_metadata(recipe, model, anomaly));
}

namespace {

TrainedModel model_of(const SafeTensors& file, const std::string& name) {
  const std::string& recipe_text = metadata(file, "recipe", name);
  const Shape input = input_shape(metadata(file, "input", name), name);
  const Recipe recipe = recipe_from_json(recipe_text, name + ": recipe");
  TrainedModel model{recipe, Autoencoder(make_network(recipe.model, input, name), file, name)};
  model.autoencoder.scaler = scaler_from_json(metadata(file, "scaler", name), input.size(), name);
  if (const ScalerKind kind = model.autoencoder.scaler.kind; kind != recipe.data.scale)
    fail("{}: metadata \"scaler\": kind is \"{}\", expected \"{}\", the data.scale of the recipe", name, name_of(kind),
         name_of(recipe.data.scale));
  if (const auto found = file.metadata.find("anomaly"); found != file.metadata.end())
    model.anomaly = anomaly_from_json(found->second, input.size(), name);
  if (model.anomaly && model.anomaly->evidence) take_stored_rows(file, input.size(), name, *model.anomaly->evidence);
  return model;
}

}  // namespace

TrainedModel load_model(const std::filesystem::path& path) {
  constexpr const char* kModel = "model.safetensors";
  if (!std::filesystem::is_directory(path)) return model_of(read_safetensors(path), path.string());
  const FolderFiles run(path);
  const std::string name = run.path(kModel).string();
  const SafeTensors file = parse_safetensors(run.read(kModel), name);  // the bytes are freed before there are weights
  return model_of(file, name);
}

TrainedModel parse_model(std::string_view bytes, const std::string& name) {
  return model_of(parse_safetensors(bytes, name), name);
}

}  // namespace hourglass

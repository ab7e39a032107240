#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "hourglass/eval/anomaly.h"
#include "hourglass/model/autoencoder.h"
#include "hourglass/train/recipe.h"

namespace hourglass {

/// A model file read back: the recipe it was made by and the autoencoder, ready to use.
struct TrainedModel {
  Recipe recipe;
  Autoencoder autoencoder;
  std::optional<AnomalyScale> anomaly = std::nullopt;  ///< what scores are measured against, where it was fitted
};

/// The bytes of model.safetensors: the weights, and as metadata the recipe, scaler, input shape, library version and,
/// where it was fitted, what scores are measured against.
std::string model_bytes(const Recipe& recipe, const Autoencoder& model,
                        const std::optional<AnomalyScale>& anomaly = std::nullopt);

/// Reads a .safetensors file made by model_bytes(), or the model.safetensors of a run folder. Throws Error when it is
/// damaged or lacks the metadata.
TrainedModel load_model(const std::filesystem::path& path);

/// As load_model, of bytes from anywhere; `name` stands for the file in messages.
TrainedModel parse_model(std::string_view bytes, const std::string& name);

}  // namespace hourglass

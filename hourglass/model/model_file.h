#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "hourglass/model/anomaly.h"
#include "hourglass/model/autoencoder.h"
#include "hourglass/recipe/recipe.h"

namespace hourglass {

/// A model file read back: the recipe it was made by and the autoencoder, ready to use.
struct TrainedModel {
  Recipe recipe;
  Autoencoder autoencoder;
  std::optional<AnomalyScale> anomaly = std::nullopt;  ///< what scores are measured against, where it was fitted
};

/// What a file holds beside the weights, by name: recipe, scaler, input (the shape) and, where it was fitted, anomaly,
/// all as JSON; hourglass, the library's version.
std::map<std::string, std::string> model_metadata(const Recipe& recipe, const Autoencoder& model,
                                                  const std::optional<AnomalyScale>& anomaly);

/// The bytes of model.safetensors: the weights and model_metadata().
std::string model_bytes(const Recipe& recipe, const Autoencoder& model,
                        const std::optional<AnomalyScale>& anomaly = std::nullopt);

/// Reads a .safetensors file made by model_bytes(), or the model.safetensors of a run folder. Throws Error when it is
/// damaged or lacks the metadata.
TrainedModel load_model(const std::filesystem::path& path);

/// As load_model, of bytes from anywhere; `name` stands for the file in messages.
TrainedModel parse_model(std::string_view bytes, const std::string& name);

}  // namespace hourglass

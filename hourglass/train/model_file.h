#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "hourglass/model/autoencoder.h"
#include "hourglass/train/recipe.h"

namespace hourglass {

/// A model file read back: the recipe it was made by and the autoencoder, ready to use.
struct TrainedModel {
  Recipe recipe;
  Autoencoder autoencoder;
};

/// The bytes of model.safetensors: the weights, and as metadata the recipe, scaler, input shape and library version.
std::string model_bytes(const Recipe& recipe, const Autoencoder& model);

/// Reads a .safetensors file made by model_bytes(), or the model.safetensors of a run folder. Throws Error when it is
/// damaged or lacks the metadata.
TrainedModel load_model(const std::filesystem::path& path);

/// As load_model, of bytes from anywhere; `name` stands for the file in messages.
TrainedModel parse_model(std::string_view bytes, const std::string& name);

}  // namespace hourglass

#include "hourglass/train/suggest.h"

#include <algorithm>
#include <filesystem>

namespace hourglass {
namespace {

LayerConfig layer(std::string kind, int64_t size = 0) {
  LayerConfig config;
  config.kind = std::move(kind);
  config.size = size;
  return config;
}

}  // namespace

Recipe suggest_recipe(const std::string& source, const ReadOptions& how, const Dataset& data) {
  constexpr int64_t kSteps = 10000;
  Recipe recipe;
  recipe.name = std::filesystem::path(source).stem().string();
  recipe.data.source = source;
  recipe.data.read = how;
  const bool pictures = data.is_bytes() && data.sample.rank() == 3;
  recipe.data.scale = pictures ? "unit" : "standard";
  recipe.objective.reconstruction = pictures ? "bce" : "mse";
  const int64_t features = data.sample.size(), rows = data.rows();
  const int64_t hidden = pictures ? 256 : std::clamp<int64_t>(features / 2, 4, 256);
  const int64_t code = pictures ? 32 : std::clamp<int64_t>(features / 4, 2, 64);
  recipe.model.encoder = {layer("dense", hidden), layer("relu"), layer("dense", code)};
  recipe.model.decoder = {layer("dense", hidden), layer("relu"), layer("dense")};
  recipe.model.decoder.back().divisor = 1;
  if (pictures) recipe.model.decoder.push_back(layer("sigmoid"));
  recipe.train.batch_size = std::clamp<int64_t>(rows / 50, 16, 256);
  recipe.train.epochs = std::clamp<int64_t>(kSteps * recipe.train.batch_size / rows, 10, 200);
  return recipe;
}

}  // namespace hourglass

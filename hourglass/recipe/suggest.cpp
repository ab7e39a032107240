#include "hourglass/recipe/suggest.h"

#include <algorithm>
#include <filesystem>

#include "hourglass/recipe/suggest_pictures.h"

namespace hourglass {

std::string suggest_name(const std::string& source) {
  std::filesystem::path path = std::filesystem::path(source).lexically_normal();
  if (!path.has_filename()) path = path.parent_path();
  const std::string name = path.stem().string();
  return name.empty() || name.starts_with('.') ? "data" : name;
}

Recipe suggest_recipe(const std::string& source, const ReadOptions& how, const Dataset& data) {
  constexpr int64_t kSteps = 10000;
  Recipe recipe;
  recipe.name = suggest_name(source);
  recipe.data.source = source;
  recipe.data.read = how;
  const bool pictures = data.is_bytes() && data.sample.rank() == 3;
  recipe.data.scale = pictures ? ScalerKind::unit : ScalerKind::standard;
  recipe.objective.reconstruction = pictures ? Reconstruction::bce : Reconstruction::mse;
  const int64_t features = data.sample.size(), rows = data.rows();
  const int64_t hidden = pictures ? 256 : std::clamp<int64_t>(2 * features, 16, 256);
  const int64_t code = pictures ? 32 : std::clamp<int64_t>(features / 4, 2, 64);
  // With few relu units all of them may be inactive from the start.
  const LayerConfig activation = pictures ? LayerConfig{"relu"} : LayerConfig{"elu", ActivationConfig{1}};
  const LayerConfig wide{"dense", DenseConfig{hidden}};
  recipe.model.encoder = {wide, activation, {"dense", DenseConfig{code}}};
  recipe.model.decoder = {wide, activation, {"dense", DenseConfig{.divisor = 1}}};
  if (pictures) recipe.model.decoder.push_back({"sigmoid"});
  if (suits_convolutions(data.sample)) recipe.model = suggest_picture_model(data.sample, pictures);
  recipe.train.batch_size = std::clamp<int64_t>(rows / 50, 16, 256);
  recipe.train.epochs = std::clamp<int64_t>(kSteps * recipe.train.batch_size / rows, 10, 200);
  return recipe;
}

}  // namespace hourglass

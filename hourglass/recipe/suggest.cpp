#include "hourglass/recipe/suggest.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "hourglass/recipe/suggest_pictures.h"

namespace hourglass {

std::string suggest_name(const std::string& source) {
  if (source == "-" || source.starts_with("/dev/")) return "data";  // a pipe
  std::filesystem::path path = std::filesystem::path(source).lexically_normal();
  if (!path.has_filename()) path = path.parent_path();
  const std::string name = path.stem().string();
  return name.empty() || name.starts_with('.') ? "data" : name;
}

namespace {

LayerConfig dense(int64_t units) { return {"dense", DenseConfig{units}}; }

/// As many outputs as inputs, whatever columns are left out.
LayerConfig dense_as_input() { return {"dense", DenseConfig{.divisor = 1}}; }

void suggest_for_pictures(Recipe& recipe, const Shape& sample, bool is_bytes) {
  recipe.data.scale = is_bytes ? ScalerKind::unit : ScalerKind::standard;
  recipe.objective.reconstruction = is_bytes ? Reconstruction::bce : Reconstruction::mse;
  recipe.model.encoder = {dense(256), {"relu"}, dense(32)};
  recipe.model.decoder = {dense(256), {"relu"}, dense_as_input()};
  if (is_bytes) recipe.model.decoder.push_back({"sigmoid"});
  if (suits_convolutions(sample)) recipe.model = suggest_picture_model(sample, is_bytes);
}

/// To one digit.
double rounded(double x) { return std::stod(fmt::format("{:.0e}", x)); }

void suggest_for_rows(Recipe& recipe, int64_t rows, int64_t features) {
  constexpr int64_t kMostForPca = 1024;  // the time of the decomposition is cubic in the features
  recipe.data.scale = ScalerKind::standard;
  recipe.objective.reconstruction = Reconstruction::mse;
  // A code as large as the data would lose nothing and show nothing.
  const int64_t code = std::max<int64_t>(1, std::min(std::clamp<int64_t>(features / 4, 2, 64), features - 1));
  // Five rows per hidden unit; with hardly more units than a start at principal components needs, the network is
  // linear.
  const int64_t hidden = std::min(std::clamp<int64_t>(2 * features, 16, 256), rows / 5);
  recipe.model.encoder = {dense(code)};
  recipe.model.decoder = {dense_as_input()};
  if (hidden >= 3 * code)
    for (auto* layers : {&recipe.model.encoder, &recipe.model.decoder})
      layers->insert(layers->begin(), {dense(hidden), {"gelu"}});
  if (features <= kMostForPca) recipe.model.init.kind = InitKind::pca;
  recipe.objective.weight_decay = {rounded(0.02 / static_cast<double>(rows))};
}

/// A tenth of the rows, at least 20, but at most a fifth of a small table. Three decimals, rounded up.
double validation_fraction(int64_t rows) {
  const double tenth_or_20 = std::max(0.1, 20.0 / static_cast<double>(rows));
  return std::ceil(1000 * std::min(tenth_or_20, 0.2)) / 1000;
}

void suggest_training(Recipe& recipe, int64_t rows) {
  constexpr int64_t kSteps = 10000, kPatience = 4000;  // steps
  recipe.train.batch_size = std::clamp<int64_t>(rows / 50, 16, 256);
  const int64_t steps_per_epoch = (rows + recipe.train.batch_size - 1) / recipe.train.batch_size;
  recipe.train.epochs = std::clamp<int64_t>(kSteps / steps_per_epoch, 10, 500);
  recipe.train.checkpoint.epochs = std::max<int64_t>(1, recipe.train.epochs / 20);
  if (rows < 2) return;
  recipe.data.validation = validation_fraction(rows);
  recipe.train.early_stopping = {.patience = std::clamp<int64_t>(kPatience / steps_per_epoch, 5, 100)};
}

}  // namespace

Recipe suggest_recipe(const std::string& source, const ReadOptions& how, const Dataset& data,
                      const NumberOrText& test) {
  Recipe recipe;
  recipe.name = suggest_name(source);
  recipe.data.source = source;
  recipe.data.read = how;
  recipe.data.test = test;
  const auto test_rows = std::llround(static_cast<double>(data.rows()) * test.number);
  const int64_t rows = std::max<int64_t>(1, data.rows() - test_rows);
  const bool is_image_of_bytes = data.is_bytes() && data.sample.rank() == 3;
  if (is_image_of_bytes || suits_convolutions(data.sample))
    suggest_for_pictures(recipe, data.sample, is_image_of_bytes);
  else
    suggest_for_rows(recipe, rows, data.sample.size());
  suggest_training(recipe, rows);
  return recipe;
}

}  // namespace hourglass

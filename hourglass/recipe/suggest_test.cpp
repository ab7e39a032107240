#include "hourglass/recipe/suggest.h"

#include <gtest/gtest.h>

#include <cmath>
#include <utility>
#include <vector>

namespace hourglass {
namespace {

TEST(SuggestName, IsTheNameOfOneFolder) {
  EXPECT_EQ(suggest_name("dir/rows.v2.csv"), "rows.v2");
  EXPECT_EQ(suggest_name("dir/photos/"), "photos");
  for (const char* source : {"...toml", "..toml", ".toml", "x/...toml", "..", ".", "", "/", "x/..", "-", "/dev/stdin"})
    EXPECT_EQ(suggest_name(source), "data") << source;
}

TEST(SuggestRecipe, MakesOneThatReadsBack) {
  const Dataset table{"rows", {6}, std::vector<float>(600), {}};
  const Recipe recipe =
      suggest_recipe("dir/rows.csv", {.missing = MissingValues::mean, .categorical = {"city"}}, table);
  EXPECT_EQ(parse_recipe(recipe_toml(recipe), "rows"), recipe);
  EXPECT_EQ(recipe.name, "rows");
  EXPECT_EQ(recipe.data.scale, ScalerKind::standard);
  EXPECT_EQ(std::get<DenseConfig>(recipe.model.decoder.back().options).divisor, 1)
      << "as many outputs as inputs, whatever columns are left out";
}

using Pairs = std::vector<std::pair<int64_t, int64_t>>;

Recipe for_table(int64_t rows, int64_t features, const NumberOrText& test = {}) {
  const auto values = static_cast<size_t>(rows * features);
  return suggest_recipe("t.csv", {}, {"t.csv", {features}, std::vector<float>(values), {}}, test);
}

int64_t units(const LayerConfig& layer) { return std::get<DenseConfig>(layer.options).units; }

TEST(SuggestRecipe, HoldsOutATenthOfTheRowsAtLeast20AtMostAFifth) {
  for (const auto& [rows, held_out] : Pairs{{5000, 500}, {150, 20}, {107, 20}, {60, 12}, {5, 1}}) {
    const Recipe recipe = for_table(rows, 4);
    EXPECT_EQ(std::lround(static_cast<double>(rows) * recipe.data.validation), held_out) << rows;
    EXPECT_TRUE(recipe.train.early_stopping) << rows;
  }
  EXPECT_EQ(for_table(1, 4).data.validation, 0);
}

TEST(SuggestRecipe, CountsTheRowsThatAreLeftForTraining) {
  const Recipe recipe = for_table(250, 4, {0.4});
  EXPECT_EQ(recipe.data.test, (NumberOrText{0.4}));
  EXPECT_EQ(recipe.data.validation, 0.134) << "20 of 150";
}

TEST(SuggestRecipe, SuitsTheNumberOfRows) {
  const Recipe small = for_table(60, 8), large = for_table(20000, 8);
  EXPECT_GT(small.objective.weight_decay->weight, 100 * large.objective.weight_decay->weight);
  EXPECT_LT(small.train.batch_size, large.train.batch_size);
  EXPECT_GT(small.train.early_stopping->patience, large.train.early_stopping->patience);
  EXPECT_EQ(small.model.init.kind, InitKind::pca);
  EXPECT_EQ(units(small.model.encoder[0]), 12) << "five rows per hidden unit";
  EXPECT_EQ(units(large.model.encoder[0]), 16);
  EXPECT_EQ(for_table(60, 40).model.encoder.size(), 1u) << "12 hidden units are too few for a code of 10: linear";
}

TEST(SuggestRecipe, MakesACodeBelowTheNumberOfFeatures) {
  for (const auto& [features, code] : Pairs{{1, 1}, {2, 1}, {3, 2}, {8, 2}, {60, 15}, {400, 64}})
    EXPECT_EQ(units(for_table(100, features).model.encoder.back()), code) << features;
}

TEST(SuggestRecipe, IsCalledAsTheDataIs) {
  const Dataset any{"", {1}, std::vector<float>(1), {}};
  const auto name = [&](const std::string& source) { return suggest_recipe(source, {}, any).name; };
  EXPECT_EQ(name("some/two.npz:x"), "two");
  EXPECT_EQ(name("some/pets/"), "pets");
  EXPECT_EQ(name("."), "data");
  EXPECT_EQ(name("../"), "data");
  EXPECT_EQ(name("-"), "data");
  EXPECT_EQ(name("/dev/fd/63"), "data");
}

TEST(SuggestRecipe, TakesPicturesAsSuch) {
  const Dataset images{"images", {1, 8, 8}, std::vector<uint8_t>(640), {}};
  const Recipe recipe = suggest_recipe("images", {}, images);
  EXPECT_EQ(recipe.objective.reconstruction, Reconstruction::bce);
  EXPECT_EQ(recipe.model.decoder.back().kind, "sigmoid");
  EXPECT_EQ(parse_recipe(recipe_toml(recipe), "images"), recipe);
}

}  // namespace
}  // namespace hourglass

#include "hourglass/recipe/suggest.h"

#include <gtest/gtest.h>

namespace hourglass {
namespace {

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

TEST(SuggestRecipe, IsCalledAsTheDataIs) {
  const Dataset any{"", {1}, std::vector<float>(1), {}};
  const auto name = [&](const std::string& source) { return suggest_recipe(source, {}, any).name; };
  EXPECT_EQ(name("some/two.npz:x"), "two");
  EXPECT_EQ(name("some/pets/"), "pets");
  EXPECT_EQ(name("."), "data");
  EXPECT_EQ(name("../"), "data");
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

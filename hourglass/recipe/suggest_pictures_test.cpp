#include "hourglass/recipe/suggest_pictures.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "hourglass/nn/network.h"
#include "hourglass/recipe/suggest.h"

namespace hourglass {
namespace {

TEST(SuggestPictureModel, RestoresEverySize) {
  for (const int64_t channels : {1, 3})
    for (int64_t height = 1; height <= 70; height += 3)
      for (const int64_t width : {1, 9, 10, 11, 28, 31, 33, 63, 64, 65, 100}) {
        const Shape sample{channels, height, width};
        if (!suits_convolutions(sample)) continue;
        const Network network(suggest_picture_model(sample, true), sample);
        EXPECT_EQ(network.layer(network.layers() - 1).output(), sample);
        EXPECT_LT(network.parameter_count(), 1'300'000) << sample.text();
      }
}

TEST(SuggestPictureModel, HasFewWeightsForLargePictures) {
  const Shape sample{3, 64, 64};
  EXPECT_LT(Network(suggest_picture_model(sample, true), sample).parameter_count(), 1'200'000)
      << "two dense layers of all features have 302 million";
  const Shape large{3, 513, 512};
  EXPECT_LT(Network(suggest_picture_model(large, true), large).parameter_count(), 1'500'000);
}

TEST(SuggestPictureModel, IsThatOfSuggestedRecipes) {
  const Dataset bytes{"pics", {3, 17, 12}, std::vector<uint8_t>(612), {}};
  const Recipe recipe = suggest_recipe("pics", {}, bytes);
  EXPECT_EQ(recipe.model.encoder.front().kind, "conv2d");
  EXPECT_EQ(recipe.model.decoder.back().kind, "sigmoid");
  EXPECT_EQ(parse_recipe(recipe_toml(recipe), "pics"), recipe);
  const Dataset floats{"x.npy", {1, 20, 20}, std::vector<float>(400), {}};
  EXPECT_EQ(suggest_recipe("x.npy", {}, floats).model.decoder.back().kind, "conv_transpose2d") << "any real numbers";
  const Dataset digits{"digits", {1, 8, 8}, std::vector<uint8_t>(64), {}};
  EXPECT_EQ(suggest_recipe("digits", {}, digits).model.encoder.front().kind, "dense");
}

}  // namespace
}  // namespace hourglass

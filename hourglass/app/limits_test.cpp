#include <gtest/gtest.h>

#include "hourglass/app/open.h"
#include "hourglass/app/shipped.h"
#include "hourglass/model/inference.h"
#include "hourglass/recipe/suggest_pictures.h"

namespace hourglass {
namespace {

int64_t chunk_rows(const ModelConfig& model, const Shape& sample) {
  return Inference::rows_of_a_chunk(Network(model, sample), DType::f32);
}

/// The limit of memory leaves the numbers of ordinary networks alone: their chunks still have 256 rows.
TEST(Limits, LetEveryShippedRecipePassWholeChunks) {
  for (const std::string& name : shipped_recipe_names())
    EXPECT_EQ(chunk_rows(open_recipe(name).model, {1, 28, 28}), Inference::kChunkRows) << name;
}

TEST(Limits, LetSmallPicturesPassWholeChunks) {
  for (const Shape& sample : {Shape{1, 28, 28}, Shape{3, 32, 32}, Shape{3, 64, 64}})
    EXPECT_EQ(chunk_rows(suggest_picture_model(sample, true), sample), Inference::kChunkRows) << sample.text();
  const Shape large{3, 256, 256};
  const int64_t rows = chunk_rows(suggest_picture_model(large, true), large);
  EXPECT_LT(rows, Inference::kChunkRows);
  EXPECT_GE(rows, 8);
}

}  // namespace
}  // namespace hourglass

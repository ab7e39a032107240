#include "hourglass/report/plot/image_grid.h"

#include <gtest/gtest.h>

#include <cmath>

#include "hourglass/base/error.h"

namespace hourglass {
namespace {

Tensor filled(int64_t rows, const Shape& sample, float value) {
  Tensor t(DType::f32, sample.batch(rows));
  std::fill_n(t.as<float>(), t.size(), value);
  return t;
}

int at(const Image& image, int x, int y, int channel = 0) {
  return image.pixels[(y * image.width + x) * image.channels + channel];
}

std::string refusal(const std::vector<ConstView>& batches, const Shape& sample, const GridOptions& options = {}) {
  try {
    image_grid(batches, sample, options);
  } catch (const Error& e) {
    return e.what();
  }
  return "accepted";
}

TEST(ImageGrid, PutsBatchesUnderEachOtherAndSamplesSideBySide) {
  Tensor top = filled(2, {1, 28, 28}, 0.0F);
  top.as<float>()[784 + 28 + 2] = 1.0F;  // second sample, row 1, column 2
  const Tensor bottom = filled(2, {1, 28, 28}, 0.5F);
  const std::vector<ConstView> batches{top, bottom};
  const Image grid = image_grid(batches, {1, 28, 28});
  EXPECT_EQ(grid.width, 4 + 2 * 88);
  EXPECT_EQ(grid.height, 4 + 2 * 88);
  EXPECT_EQ(at(grid, 0, 0), 230);
  EXPECT_EQ(at(grid, 4, 4), 0);
  for (const int x : {92 + 6, 92 + 8})
    for (const int y : {4 + 3, 4 + 5}) EXPECT_EQ(at(grid, x, y), 255);
  EXPECT_EQ(at(grid, 92 + 9, 4 + 3), 0);
  EXPECT_EQ(at(grid, 92 + 6, 4 + 6), 0);
  EXPECT_EQ(at(grid, 4, 92), 128);
  EXPECT_EQ(at(grid, 88, 10), 230);
}

TEST(ImageGrid, ShowsAtMostSoManyColumns) {
  const Tensor batch = filled(25, {784}, 1.0F);
  const std::vector<ConstView> batches{batch};
  EXPECT_EQ(image_grid(batches, {784}).width, 4 + 10 * 88);
  EXPECT_EQ(image_grid(batches, {784}, {.captions = {}, .columns = 3, .scale = 1, .gap = 0}).width, 3 * 28);
}

TEST(ImageGrid, TurnsChannelsFirstIntoPixels) {
  Tensor batch = filled(1, {3, 2, 2}, 0.0F);
  for (int c = 0; c < 3; ++c) batch.as<float>()[c * 4 + 3] = 0.2F * static_cast<float>(c + 1);
  const std::vector<ConstView> batches{batch};
  const Image grid = image_grid(batches, {3, 2, 2}, {.captions = {}, .scale = 1, .gap = 1});
  ASSERT_EQ(grid.channels, 3);
  EXPECT_EQ(at(grid, 2, 2, 0), 51);
  EXPECT_EQ(at(grid, 2, 2, 1), 102);
  EXPECT_EQ(at(grid, 2, 2, 2), 153);
  EXPECT_EQ(at(grid, 1, 2, 2), 0);
}

TEST(ImageGrid, ClipsValuesAndDrawsNanBlack) {
  Tensor batch = filled(1, {1, 2, 2}, 0.0F);
  const float values[] = {-3.0F, 7.0F, std::nanf(""), INFINITY};
  std::copy_n(values, 4, batch.as<float>());
  const std::vector<ConstView> batches{batch};
  const Image grid = image_grid(batches, {1, 2, 2}, {.captions = {}, .scale = 1, .gap = 0});
  EXPECT_EQ(grid.pixels, (std::vector<uint8_t>{0, 255, 0, 255}));
}

TEST(ImageGrid, DrawsASquareNumberOfValuesAsASquareAndOthersAsAStrip) {
  const auto size_of_vector = [](int64_t values) -> std::pair<int, int> {
    const Tensor batch = filled(1, {values}, 1.0F);
    const Image image = tile(batch, {values});
    return {image.width, image.height};
  };
  EXPECT_EQ(size_of_vector(16), std::pair(4 + 88, 4 + 88));
  EXPECT_EQ(size_of_vector(9), std::pair(4 + 81 + 4, 4 + 12 + 4));
  EXPECT_EQ(size_of_vector(13), std::pair(4 + 78 + 4, 4 + 12 + 4));
  EXPECT_EQ(size_of_vector(500), std::pair(4 + 500 + 4, 4 + 12 + 4));
  EXPECT_EQ(size_of_vector(1000), std::pair(4 + 1000 + 4, 4 + 12 + 4));
  EXPECT_EQ(size_of_vector(100'000), std::pair(4 + 1000 + 4, 4 + 12 + 4)) << "means of 100 neighbours";
}

TEST(ImageGrid, WritesCaptionsIntoTheLeftMargin) {
  const Tensor batch = filled(1, {784}, 1.0F);
  const std::vector<ConstView> batches{batch, batch};
  const Image plain = image_grid(batches, {784});
  const Image grid = image_grid(batches, {784}, {.captions = {"input", ""}});
  const int margin = grid.width - plain.width;
  EXPECT_EQ(margin, 5 * 12 + 12);
  const auto ink_between = [&](int top, int bottom) {
    int ink = 0;
    for (int y = top; y < bottom; ++y)
      for (int x = 0; x < margin; ++x) ink += at(grid, x, y) == 40;
    return ink;
  };
  EXPECT_GT(ink_between(0, 92), 100);
  EXPECT_EQ(ink_between(92, grid.height), 0);
}

TEST(ImageGrid, KeepsCaptionsInsideLowRows) {
  const Tensor batch = filled(1, {13}, 1.0F);
  const std::vector<ConstView> batches{batch};
  EXPECT_EQ(image_grid(batches, {13}, {.captions = {"g"}, .gap = 0}).height, 18);
}

TEST(ImageGrid, TilesSamplesRowByRow) {
  Tensor samples = filled(5, {1, 28, 28}, 0.0F);
  std::fill_n(samples.as<float>() + 4 * 784, 784, 1.0F);
  const Image image = tile(samples, {1, 28, 28}, 3);
  EXPECT_EQ(image.width, 4 + 3 * 88);
  EXPECT_EQ(image.height, 4 + 2 * 88);
  EXPECT_EQ(at(image, 92, 91), 230);
  EXPECT_EQ(at(image, 92, 92), 255);
  EXPECT_EQ(at(image, 180, 92), 230);  // no sixth sample
  EXPECT_EQ(tile(samples, {1, 28, 28}, 50).width, 4 + 5 * 88);
}

TEST(ImageGrid, RefusesWhatIsNotAnImage) {
  const Tensor two_channels = filled(1, {2, 4, 4}, 0.0F);
  EXPECT_EQ(refusal({two_channels}, {2, 4, 4}),
            "an image needs samples of (values) or (1 or 3 channels, height, width), found 2 × 4 × 4");
  const ConstView none(nullptr, DType::f32, {0, 784});
  EXPECT_EQ(refusal({none}, {784}), "an image needs at least one sample, found none");
  const Tensor wide = filled(10, {1, 100, 100}, 0.0F);
  EXPECT_EQ(refusal({wide}, {1, 100, 100}, {.captions = {}, .scale = 1000}),
            "an image of 1000044 × 100008 pixels is too large; use fewer samples");
}

TEST(ImageGrid, ShrinksLargeSamples) {
  Tensor large(DType::f32, {1, 300 * 500});
  for (int64_t i = 0; i < large.size(); ++i) large.as<float>()[i] = static_cast<float>(i % 500 % 3) / 2;
  const std::vector<ConstView> batch = {large};
  const Image image = image_grid(batch, {1, 300, 500}, {.gap = 0});
  EXPECT_EQ(image.width, 167);
  EXPECT_EQ(image.height, 100);
  EXPECT_EQ(image.pixels[0], 128) << "the mean of 0, 0.5 and 1";
}

TEST(ImageGrid, HasNoMoreValuesTheMoreLargeSamplesThereAre) {
  const Tensor large(DType::f32, {64, 3 * 160 * 160});
  const Image image = tile(large, {3, 160, 160}, 8);
  EXPECT_LE(image.pixels.size(), size_t{600'000});
  EXPECT_GE(image.width, 8 * 40) << "which is still something to look at";
}

}  // namespace
}  // namespace hourglass

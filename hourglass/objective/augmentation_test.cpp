#include "hourglass/objective/augmentation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include "hourglass/base/error.h"
#include "support/message_of.h"
#include "support/numbers.h"

namespace hourglass {
namespace {

constexpr int64_t kChannels = 2, kHeight = 5, kWidth = 7, kPixels = kHeight * kWidth;
const Shape kSample{kChannels, kHeight, kWidth};

/// Images whose pixels are all different: row i has the numbers from 1000·i.
Tensor numbered(int64_t rows) {
  Tensor images(DType::f64, {rows, kChannels * kPixels});
  for (int64_t i = 0; i < images.size(); ++i)
    images.as<double>()[i] = static_cast<double>(i % (kChannels * kPixels) + 1000 * (i / (kChannels * kPixels)));
  return images;
}

std::vector<uint32_t> samples(int64_t rows) {
  std::vector<uint32_t> all(static_cast<size_t>(rows));
  std::iota(all.begin(), all.end(), 0u);
  return all;
}

std::vector<double> augmented(const AugmentationConfig& config, int64_t rows, uint32_t epoch = 1, uint64_t seed = 1) {
  Tensor images = numbered(rows);
  Augmentation(config, kSample, seed).apply(epoch, samples(rows), images);
  return values_of(images);
}

/// The image of row `row` after a shift and mirrorings, one pixel at a time.
std::vector<double> moved(int64_t row, int64_t dy, int64_t dx, bool upside_down, bool mirrored) {
  std::vector<double> image;
  for (int64_t c = 0; c < kChannels; ++c)
    for (int64_t y = 0; y < kHeight; ++y)
      for (int64_t x = 0; x < kWidth; ++x) {
        const int64_t from_y = std::clamp((upside_down ? kHeight - 1 - y : y) + dy, int64_t{0}, kHeight - 1);
        const int64_t from_x = std::clamp((mirrored ? kWidth - 1 - x : x) + dx, int64_t{0}, kWidth - 1);
        image.push_back(static_cast<double>(1000 * row + c * kPixels + from_y * kWidth + from_x));
      }
  return image;
}

/// How often each shift and mirroring occurs in `rows` images; fails for an image that none of them makes.
std::map<std::array<int64_t, 4>, int64_t> counts(const AugmentationConfig& config, int64_t rows) {
  const std::vector<double> all = augmented(config, rows);
  std::map<std::array<int64_t, 4>, int64_t> found;
  for (int64_t row = 0; row < rows; ++row) {
    const auto first = all.begin() + row * kChannels * kPixels;
    const std::vector<double> image(first, first + kChannels * kPixels);
    bool is_known = false;
    for (int64_t dy = -config.crop; dy <= config.crop && !is_known; ++dy)
      for (int64_t dx = -config.crop; dx <= config.crop && !is_known; ++dx)
        for (const int64_t mirrorings : {0, 1, 2, 3})
          if (!is_known && image == moved(row, dy, dx, mirrorings & 1, mirrorings & 2)) {
            is_known = true;
            ++found[{dy, dx, mirrorings & 1, mirrorings & 2}];
          }
    EXPECT_TRUE(is_known) << "row " << row;
  }
  return found;
}

TEST(Augmentation, MirrorsHalfOfTheImages) {
  const auto found = counts({.flip = Flip::horizontal}, 1000);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_NEAR(static_cast<double>(found.at({0, 0, 0, 2})), 500, 5 * std::sqrt(250));
  EXPECT_EQ(counts({.flip = Flip::vertical}, 100).size(), 2u);
  EXPECT_EQ(counts({.flip = Flip::both}, 100).size(), 4u);
}

TEST(Augmentation, ShiftsEvenlyAndRepeatsTheOutermostPixels) {
  constexpr int64_t kRows = 5000;
  const auto found = counts({.crop = 2}, kRows);
  EXPECT_EQ(found.size(), 25u);
  for (const auto& [shift, count] : found)
    EXPECT_NEAR(static_cast<double>(count), kRows / 25.0, 5 * std::sqrt(kRows / 25.0)) << shift[0] << ", " << shift[1];
}

TEST(Augmentation, CutsOutPartsOfTheImage) {
  // The numbers of an image are linear in row and column, and so is every part of it, with smaller steps.
  std::set<double> steps;
  const std::vector<double> all = augmented({.resize = 0.5}, 200);
  for (int64_t row = 0; row < 200; ++row) {
    const auto at = [&](int64_t y, int64_t x) {
      return all[row * kChannels * kPixels + y * kWidth + x] - 1000.0 * static_cast<double>(row);
    };
    const double step = at(2, 3) - at(2, 2);  // away from the border
    EXPECT_GE(step, 0.5 - 1e-9);
    EXPECT_LE(step, 1 + 1e-9);
    EXPECT_NEAR(at(3, 3) - at(2, 3), step * kWidth, 1e-9);
    steps.insert(step);
    const double centre = at(2, 3) / kWidth;  // the part lies within the image
    EXPECT_GE(centre, 1);
    EXPECT_LE(centre, kHeight - 1);
  }
  EXPECT_LT(*steps.begin(), 0.55);
  EXPECT_GT(*steps.rbegin(), 0.95);
}

TEST(Augmentation, IsAFunctionOfSeedEpochAndSample) {
  const AugmentationConfig config{.flip = Flip::both, .crop = 2, .resize = 0.7};
  const std::vector<double> all = augmented(config, 20);
  EXPECT_EQ(augmented(config, 20), all);
  EXPECT_NE(augmented(config, 20, 2), all);
  EXPECT_NE(augmented(config, 20, 1, 2), all);
  Tensor images = numbered(20);
  const Augmentation augmentation(config, kSample, 1);
  const std::vector<uint32_t> ids = samples(20);
  for (int64_t first = 0; first < 20; first += 5)
    augmentation.apply(1, std::span(ids).subspan(first, 5), images.view().slice(first, 5));
  EXPECT_EQ(values_of(images), all) << "in parts";
}

TEST(Augmentation, RefusesRowsOfATableAndTooLargeShifts) {
  EXPECT_EQ(message_of<Error>([] { Augmentation({.crop = 1}, {12}, 1); }),
            "[augmentation] changes images, but the samples are 12; remove the section");
  EXPECT_EQ(message_of<Error>([] { Augmentation({.crop = 5}, kSample, 1); }),
            "[augmentation] crop = 5: expected less than the sides of the images, 2 × 5 × 7");
}

}  // namespace
}  // namespace hourglass

#include "hourglass/data/formats/image.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <png.h>

#include "data/image_bytes.h"
#include "hourglass/base/error.h"
#include "support/message_of.h"

namespace hourglass {
namespace {

Image grey(int64_t width, int64_t height, std::vector<uint8_t> pixels) { return {width, height, 1, std::move(pixels)}; }

/// Reads a PNG of the given channels, refusing any that is stored otherwise.
Image decoded(const std::string& bytes, int64_t channels) {
  png_image png{};
  png.version = PNG_IMAGE_VERSION;
  EXPECT_TRUE(png_image_begin_read_from_memory(&png, bytes.data(), bytes.size())) << png.message;
  EXPECT_EQ(png.format, static_cast<png_uint_32>(channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB));
  Image image{png.width, png.height, channels, {}};
  image.pixels.resize(PNG_IMAGE_SIZE(png));
  EXPECT_TRUE(png_image_finish_read(&png, nullptr, image.pixels.data(), 0, nullptr)) << png.message;
  EXPECT_EQ(png.warning_or_error, 0u) << png.message;
  return image;
}

std::string refusal(const std::string& content) {
  return message_of<Error>([&] { decode_image(content, "f"); });
}

TEST(Image, ReadsPng) {
  const Image read = decode_image(png_bytes(grey(3, 2, {0, 1, 2, 253, 254, 255})), "f");
  EXPECT_EQ(read.width, 3);
  EXPECT_EQ(read.height, 2);
  EXPECT_EQ(read.channels, 1);
  EXPECT_EQ(read.pixels, (std::vector<uint8_t>{0, 1, 2, 253, 254, 255}));
  const Image colour = decode_image(png_bytes({1, 2, 3, {1, 2, 3, 4, 5, 6}}), "f");
  EXPECT_EQ(colour.channels, 3);
  EXPECT_EQ(colour.pixels, (std::vector<uint8_t>{1, 2, 3, 4, 5, 6}));
}

TEST(Image, PngKeepsEveryPixel) {
  for (const int64_t channels : {1, 3}) {
    Image image{37, 11, channels, {}};
    for (int64_t i = 0; i < 37 * 11 * channels; ++i) image.pixels.push_back(static_cast<uint8_t>(i * 97 % 256));
    const Image back = decoded(png_bytes(image), channels);
    EXPECT_EQ(back.width, 37);
    EXPECT_EQ(back.height, 11);
    EXPECT_EQ(back.pixels, image.pixels);
  }
}

TEST(Image, RoundsSixteenBitsToEight) {
  const std::string png(
      "\x89PNG\r\n\x1a\n"
      "\0\0\0\x0dIHDR\0\0\0\3\0\0\0\1\x10\0\0\0\0\x6e\x1b\x97\x2b"
      "\0\0\0\x0fIDAT\x78\x9c\x63\x60\x60\x50\x60\xf8\xff\x1f\0\3\x84\2\x1f\x11\x48\xac\x28"
      "\0\0\0\0IEND\xae\x42\x60\x82",
      72);
  EXPECT_EQ(decode_image(png, "f").pixels, (std::vector<uint8_t>{0, 0x20, 255})) << "0, 0x2000, 0xffff";
}

TEST(Image, ReadsJpeg) {
  const Image read = decode_image(jpeg_of(grey(16, 8, std::vector<uint8_t>(128, 200))), "f");
  EXPECT_EQ(read.width, 16);
  EXPECT_EQ(read.height, 8);
  EXPECT_EQ(read.channels, 1);
  for (const uint8_t pixel : read.pixels) EXPECT_NEAR(pixel, 200, 2);
  EXPECT_EQ(decode_image(jpeg_of({8, 8, 3, std::vector<uint8_t>(192, 90)}), "f").channels, 3);
}

/// A PNG of the given format of libpng, with its pixels as they are.
std::string png_of(png_uint_32 format, png_uint_32 width, const std::vector<uint8_t>& pixels) {
  png_image png{};
  png.version = PNG_IMAGE_VERSION;
  png.width = width;
  png.height = 1;
  png.format = format;
  std::string bytes(PNG_IMAGE_PNG_SIZE_MAX(png), '\0');
  png_alloc_size_t size = bytes.size();
  EXPECT_TRUE(png_image_write_to_memory(&png, bytes.data(), &size, 0, pixels.data(), 0, nullptr)) << png.message;
  return bytes.substr(0, size);
}

TEST(Image, BlendsStoredValuesWithBlack) {
  const Image grey_alpha = decode_image(png_of(PNG_FORMAT_GA, 4, {200, 255, 200, 128, 200, 0, 255, 100}), "f");
  EXPECT_EQ(grey_alpha.channels, 1);
  EXPECT_EQ(grey_alpha.pixels, (std::vector<uint8_t>{200, 100, 0, 100}))
      << "200 · 128 / 255 = 100.4; in light it is 145";
  EXPECT_TRUE(grey_alpha.was_transparent);
  const Image colour = decode_image(png_of(PNG_FORMAT_RGBA, 1, {10, 100, 250, 51}), "f");
  EXPECT_EQ(colour.channels, 3);
  EXPECT_EQ(colour.pixels, (std::vector<uint8_t>{2, 20, 50}));
  EXPECT_FALSE(decode_image(png_of(PNG_FORMAT_RGBA, 1, {1, 2, 3, 255}), "f").was_transparent);
}

TEST(Image, BlendsTransparentColoursOfAPalette) {
  // Two pixels of a palette of two colours, (40, 80, 120) with alpha 255 and (200, 100, 50) with alpha 102.
  const std::string png(
      "\x89\x50\x4e\x47\x0d\x0a\x1a\x0a\x00\x00\x00\x0d\x49\x48\x44\x52\x00\x00\x00\x02"
      "\x00\x00\x00\x01\x08\x03\x00\x00\x00\xc3\xfc\x8f\xb8\x00\x00\x00\x06\x50\x4c\x54"
      "\x45\x28\x50\x78\xc8\x64\x32\x8e\xfa\x41\xf7\x00\x00\x00\x02\x74\x52\x4e\x53\xff"
      "\x66\x41\x66\xf4\x27\x00\x00\x00\x0b\x49\x44\x41\x54\x78\x9c\x63\x60\x60\x04\x00"
      "\x00\x04\x00\x02\xbf\x7a\x3f\x4a\x00\x00\x00\x00\x49\x45\x4e\x44\xae\x42\x60\x82",
      100);
  const Image read = decode_image(png, "f");
  EXPECT_EQ(read.pixels, (std::vector<uint8_t>{40, 80, 120, 80, 40, 20}));
  EXPECT_TRUE(read.was_transparent);
}

TEST(Image, TurnsPhotographsUpright) {
  // Two blocks of pixels beside each other, one row of blocks: dark, bright; of 16 × 8 pixels.
  Image stored = grey(16, 8, {});
  for (int i = 0; i < 16 * 8; ++i) stored.pixels.push_back(i % 16 < 8 ? 20 : 220);
  const std::string jpeg = jpeg_of(stored);
  const auto corners = [&](int orientation, bool little) {
    const Image read = decode_image(with_exif(jpeg, exif_of(orientation, little)), "f");
    const auto at = [&](int64_t x, int64_t y) { return read.pixels[static_cast<size_t>(y * read.width + x)] > 128; };
    return fmt::format("{}x{} {:d}{:d}", read.width, read.height, at(0, 0), at(read.width - 1, read.height - 1));
  };
  for (const bool little : {true, false}) {
    for (const int orientation : {0, 1, 4, 9, 300}) EXPECT_EQ(corners(orientation, little), "16x8 01") << orientation;
    for (const int orientation : {2, 3}) EXPECT_EQ(corners(orientation, little), "16x8 10") << orientation;
    for (const int orientation : {5, 6}) EXPECT_EQ(corners(orientation, little), "8x16 01") << orientation;
    for (const int orientation : {7, 8}) EXPECT_EQ(corners(orientation, little), "8x16 10") << orientation;
  }
}

TEST(Image, TurnsAsTheStandardSays) {
  const Image image = grey(3, 2, {1, 2, 3, 4, 5, 6});
  const std::vector<std::vector<uint8_t>> expected = {{1, 2, 3, 4, 5, 6}, {3, 2, 1, 6, 5, 4}, {6, 5, 4, 3, 2, 1},
                                                      {4, 5, 6, 1, 2, 3}, {1, 4, 2, 5, 3, 6}, {4, 1, 5, 2, 6, 3},
                                                      {6, 3, 5, 2, 4, 1}, {3, 6, 2, 5, 1, 4}};
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const Image turned = upright(image, orientation);
    EXPECT_EQ(turned.pixels, expected[static_cast<size_t>(orientation - 1)]) << orientation;
    EXPECT_EQ(turned.width, orientation < 5 ? 3 : 2);
  }
  EXPECT_EQ(upright({2, 1, 3, {1, 2, 3, 4, 5, 6}}, 3).pixels, (std::vector<uint8_t>{4, 5, 6, 1, 2, 3}));
}

TEST(Image, ReadsInvertedCmyk) {
  // Stored inverted: 255 is no ink. Cyan's ink is full, black's is 20 %: red 0, green 204 · 200 / 255, blue 204.
  Image cmyk{8, 8, 4, {}};
  for (int i = 0; i < 64; ++i) cmyk.pixels.insert(cmyk.pixels.end(), {0, 200, 255, 204});
  for (const bool ycck : {false, true}) {
    const Image read = decode_image(jpeg_of(cmyk, ycck), "f");
    ASSERT_EQ(read.channels, 3);
    EXPECT_NEAR(read.pixels[0], 0, 3);
    EXPECT_NEAR(read.pixels[1], 160, 3);
    EXPECT_NEAR(read.pixels[2], 204, 3);
  }
}

TEST(Image, NamesOtherFormats) {
  const auto name = [](const char* bytes, size_t size) { return other_picture_format({bytes, size}); };
  EXPECT_EQ(name("GIF89a....", 10), "GIF");
  EXPECT_EQ(name("RIFF\x24\0\0\0WEBPVP8 ", 16), "WebP");
  EXPECT_EQ(name("II*\0\x08\0\0\0", 8), "TIFF");
  EXPECT_EQ(name("\0\0\0\x1c"
                 "ftypavif",
                 12),
            "AVIF");
  EXPECT_EQ(name("BM\x36\0\0\0\0\0\0\0\x36\0", 12), "BMP");
  EXPECT_EQ(name("BMI,height,weight", 17), "");
  EXPECT_EQ(name("RI", 2), "");
  EXPECT_EQ(refusal("GIF89a"),
            "f: a picture in GIF format, only PNG and JPEG are read; ImageMagick converts it: mogrify -format png f");
}

TEST(Image, RefusesDamage) {
  EXPECT_EQ(refusal("text"), "f: neither PNG nor JPEG");
  const std::string png = png_bytes(grey(40, 40, std::vector<uint8_t>(1600, 7)));
  const std::string jpeg = jpeg_of(grey(40, 40, std::vector<uint8_t>(1600, 7)));
  EXPECT_TRUE(refusal(png.substr(0, 60)).starts_with("f: PNG is damaged: ")) << refusal(png.substr(0, 60));
  EXPECT_TRUE(refusal(jpeg.substr(0, 30)).starts_with("f: JPEG is damaged: ")) << refusal(jpeg.substr(0, 30));
  EXPECT_EQ(refusal(jpeg.substr(0, jpeg.size() - 10)), "f: JPEG is damaged: Premature end of JPEG file");
}

TEST(Image, RefusesClaimsOfHugeSizeBeforeTakingMemory) {
  // 65535 × 65535 in the frame header.
  std::string jpeg = jpeg_of(grey(8, 8, std::vector<uint8_t>(64)));
  const size_t frame = jpeg.find("\xff\xc0");
  ASSERT_NE(frame, std::string::npos);
  jpeg.replace(frame + 5, 4, "\xff\xdc\xff\xdc");
  EXPECT_EQ(refusal(jpeg), "f: an image of 65500 × 65500 pixels, at most 67108864 can be read");
}

TEST(Image, ChangesChannels) {
  const Image colour{1, 1, 3, {100, 200, 50}};
  EXPECT_EQ(with_channels(colour, 1).pixels, std::vector<uint8_t>{153});  // 29.9 + 117.4 + 5.7
  EXPECT_EQ(with_channels(grey(2, 1, {7, 9}), 3).pixels, (std::vector<uint8_t>{7, 7, 7, 9, 9, 9}));
}

TEST(Image, ResizesByArea) {
  const Image flat = grey(5, 3, std::vector<uint8_t>(15, 77));
  for (const auto& [width, height] : {std::pair<int64_t, int64_t>{2, 2}, {11, 7}, {1, 1}, {5, 3}})
    EXPECT_EQ(resized(flat, width, height).pixels, std::vector<uint8_t>(static_cast<size_t>(width * height), 77));
  const Image same = grey(2, 2, {1, 2, 3, 4});
  EXPECT_EQ(resized(same, 2, 2).pixels, same.pixels);
  EXPECT_EQ(resized(grey(2, 1, {0, 100}), 4, 1).pixels, (std::vector<uint8_t>{0, 25, 75, 100}));
  EXPECT_EQ(resized(grey(4, 1, {0, 0, 80, 80}), 2, 1).pixels, (std::vector<uint8_t>{11, 69}));  // weights 3 3 1 of 7
}

TEST(Image, TakesNoMoreMemoryForResizingThanTheImages) {
  constexpr int64_t kLong = 1'000'000, kWide = 1 << 14;
  EXPECT_EQ(resized(grey(1, kLong, std::vector<uint8_t>(kLong, 77)), kWide, 1).pixels, std::vector<uint8_t>(kWide, 77));
  EXPECT_EQ(resized(grey(kLong, 1, std::vector<uint8_t>(kLong, 77)), 1, kWide).pixels, std::vector<uint8_t>(kWide, 77));
  EXPECT_EQ(resized({1, 4, 3, {0, 9, 7, 0, 9, 7, 80, 9, 7, 80, 9, 7}}, 2, 2).pixels,
            (std::vector<uint8_t>{11, 9, 7, 11, 9, 7, 69, 9, 7, 69, 9, 7}));
}

TEST(Image, CropsTheMiddle) {
  const Image image = grey(3, 3, {1, 2, 3, 4, 5, 6, 7, 8, 9});
  EXPECT_EQ(cropped(image, 1, 1, "f").pixels, std::vector<uint8_t>{5});
  EXPECT_EQ(cropped(image, 2, 3, "f").pixels, (std::vector<uint8_t>{1, 2, 4, 5, 7, 8}));
  EXPECT_EQ(message_of<Error>([&] { cropped(image, 4, 1, "f"); }),
            "f: 3 × 3 pixels, too small to cut 4 × 1 out of it; use fit = \"resize\"");
}

}  // namespace
}  // namespace hourglass

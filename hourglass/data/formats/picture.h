#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "hourglass/data/config.h"

namespace hourglass {

/// 8-bit pixels, row by row from the top left, channels interleaved.
struct Picture {
  int64_t width = 0, height = 0;
  int64_t channels = 1;  ///< 1 = grey, 3 = red, green, blue
  std::vector<uint8_t> pixels;
};

constexpr int64_t kMostPixels = int64_t{1} << 26;

/// Starts as a PNG or a JPEG file does.
bool is_png(std::string_view content);
bool is_jpeg(std::string_view content);

/// Decodes a PNG (any depth, 16 bits rounded to 8; transparency over black) or a JPEG (grey or colour; its orientation
/// tag does not count). Throws Error, naming `name`, on other content, damage, and more pixels than `most`, before
/// memory for them is taken.
Picture read_picture(std::string_view content, const std::string& name, int64_t most = kMostPixels);

/// With so many channels: grey is 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601), rounded.
Picture with_channels(Picture picture, int64_t channels);

/// The whole picture at another size: each pixel the mean of what it covers when shrunk, linear between its neighbours
/// when enlarged (a triangle as wide as the larger of the two pixels).
Picture resized(const Picture& picture, int64_t width, int64_t height);

/// The middle of a picture; where the margins are odd it lies nearer to the top left. Throws Error, naming `name`, when
/// the picture is smaller than that.
Picture cropped(const Picture& picture, int64_t width, int64_t height, const std::string& name);

}  // namespace hourglass

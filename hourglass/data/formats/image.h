#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hourglass {

/// 8-bit pixels in rows from the top left corner, channels interleaved.
struct Image {
  int64_t width = 0, height = 0;
  int64_t channels = 1;  ///< 1 = grey, 3 = red, green, blue
  std::vector<uint8_t> pixels;
  bool was_transparent = false;  ///< the file has transparent pixels, which are now blended with black
};

/// A black image.
Image empty_image(int64_t width, int64_t height, int64_t channels);

constexpr int64_t kMostPixels = int64_t{1} << 26;

/// Whether `content` begins with the signature of a PNG or a JPEG file.
bool is_png(std::string_view content);
bool is_jpeg(std::string_view content);

/// Name of a format of pictures that is not read, such as "WebP", that the content begins with; otherwise empty.
std::string_view other_picture_format(std::string_view content);

/// Decodes a PNG (any depth, 16 bits rounded to 8) or a JPEG (grey, colour or CMYK, turned as its orientation tag
/// says). A transparent pixel is blended with black: value · alpha / 255, rounded, on the values as they are stored
/// (sRGB). CMYK and YCCK are taken as Adobe's programs write them, inverted: red = C · K / 255, rounded. Throws Error
/// with `name` for other content, damage, and more pixels than `most`, before memory for them is allocated.
Image decode_image(std::string_view content, const std::string& name, int64_t most = kMostPixels);

/// Width and height of the image that decode_image makes of `content`. Throws Error as it does, but finds no damage
/// that only the pixels show.
std::pair<int64_t, int64_t> image_size(std::string_view content, const std::string& name);

/// Encodes the image as a PNG file. Throws Error when libpng refuses it.
std::string png_bytes(const Image& image);

/// Turns an image that is stored with this orientation of the EXIF standard, 1 to 8, so that its top is at the top.
Image upright(Image image, int orientation);

/// Converts between grey and colour: grey = 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601), rounded.
Image with_channels(Image image, int64_t channels);

/// Resamples the whole image with a triangle filter as wide as the larger of the two pixels: when shrunk, each pixel is
/// a weighted mean of the pixels it covers; when enlarged, interpolation is bilinear.
Image resized(const Image& image, int64_t width, int64_t height);

/// Cuts out the centre; an odd margin is smaller at the top and left. Throws Error, naming `name`, when the image is
/// smaller than `width` × `height`.
Image cropped(const Image& image, int64_t width, int64_t height, const std::string& name);

}  // namespace hourglass

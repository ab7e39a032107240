#include "hourglass/data/formats/image.h"

#include <algorithm>
#include <cmath>
#include <type_traits>

#include "hourglass/base/error.h"

namespace hourglass {
namespace {

using std::string_view_literals::operator""sv;

/// Source pixels of one target pixel and their weights, which sum to 1.
struct Taps {
  int64_t first;
  std::vector<float> weights;
};

std::vector<Taps> taps(int64_t from, int64_t to) {
  const double scale = static_cast<double>(from) / static_cast<double>(to), reach = std::max(scale, 1.0);
  std::vector<Taps> all;
  for (int64_t i = 0; i < to; ++i) {
    const double middle = (static_cast<double>(i) + 0.5) * scale - 0.5;
    const auto first = std::max<int64_t>(0, static_cast<int64_t>(std::ceil(middle - reach)));
    const auto last = std::min(from - 1, static_cast<int64_t>(std::floor(middle + reach)));
    Taps t{first, {}};
    double sum = 0;
    for (int64_t j = first; j <= last; ++j) {
      const double weight = std::max(0.0, 1 - std::abs(static_cast<double>(j) - middle) / reach);
      t.weights.push_back(static_cast<float>(weight));
      sum += weight;
    }
    for (float& weight : t.weights) weight = static_cast<float>(weight / sum);
    all.push_back(std::move(t));
  }
  return all;
}

/// Resamples (lines, from, step) values to (lines, to, step).
template <class To, class From>
std::vector<To> resampled(const std::vector<From>& values, int64_t lines, int64_t from, int64_t to, int64_t step) {
  const auto places = taps(from, to);
  std::vector<To> result;
  result.reserve(static_cast<size_t>(lines * to * step));
  for (int64_t line = 0; line < lines; ++line)
    for (const Taps& t : places)
      for (int64_t i = 0; i < step; ++i) {
        const From* start = values.data() + (line * from + t.first) * step + i;
        float sum = 0;
        for (size_t k = 0; k < t.weights.size(); ++k)
          sum += t.weights[k] * static_cast<float>(start[static_cast<int64_t>(k) * step]);
        if constexpr (std::is_same_v<To, float>)
          result.push_back(sum);
        else
          result.push_back(static_cast<To>(std::clamp(std::lround(sum), 0L, 255L)));
      }
  return result;
}

}  // namespace

bool is_png(std::string_view content) { return content.starts_with("\x89PNG\r\n\x1a\n"); }

bool is_jpeg(std::string_view content) { return content.starts_with("\xff\xd8\xff"); }

std::string_view other_picture_format(std::string_view content) {
  const std::string_view brand = content.substr(std::min<size_t>(content.size(), 4), 8);
  if (content.starts_with("GIF87a") || content.starts_with("GIF89a")) return "GIF";
  if (content.starts_with("RIFF") && brand.ends_with("WEBP")) return "WebP";
  if (content.starts_with(std::string_view("II*\0", 4)) || content.starts_with(std::string_view("MM\0*", 4)))
    return "TIFF";
  if (brand == "ftypavif") return "AVIF";
  if (brand == "ftypheic" || brand == "ftypheix" || brand == "ftypmif1") return "HEIC";
  if (content.starts_with("\0\0\0\x0cjP  "sv) || content.starts_with("\xff\x4f\xff\x51")) return "JPEG 2000";
  if (content.starts_with("\xff\x0a") || content.starts_with("\0\0\0\x0cJXL "sv)) return "JPEG XL";
  // "BM" may begin a text; the bytes after the length of a BMP file are zero.
  if (content.starts_with("BM") && content.size() > 10 && content.substr(6, 4) == "\0\0\0\0"sv) return "BMP";
  return "";
}

Image empty_image(int64_t width, int64_t height, int64_t channels) {
  return {width, height, channels, std::vector<uint8_t>(static_cast<size_t>(width * height * channels))};
}

Image upright(Image image, int orientation) {
  if (orientation == 1) return image;
  const bool is_turned = orientation >= 5;
  const int64_t right = image.width - 1, bottom = image.height - 1, channels = image.channels;
  Image result = empty_image(is_turned ? image.height : image.width, is_turned ? image.width : image.height, channels);
  auto to = result.pixels.begin();
  for (int64_t y = 0; y < result.height; ++y)
    for (int64_t x = 0; x < result.width; ++x) {
      int64_t column = is_turned ? y : x, row = is_turned ? x : y;
      if (orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8) column = right - column;
      if (orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7) row = bottom - row;
      to = std::copy_n(image.pixels.begin() + (row * image.width + column) * channels, channels, to);
    }
  return result;
}

Image with_channels(Image image, int64_t channels) {
  if (image.channels == channels) return image;
  Image changed = empty_image(image.width, image.height, channels);
  const auto pixels = static_cast<size_t>(image.width * image.height);
  for (size_t i = 0; i < pixels; ++i) {
    if (channels == 3) {
      std::fill_n(changed.pixels.begin() + static_cast<ptrdiff_t>(3 * i), 3, image.pixels[i]);
    } else {
      const uint8_t* rgb = image.pixels.data() + 3 * i;
      changed.pixels[i] = static_cast<uint8_t>((299 * rgb[0] + 587 * rgb[1] + 114 * rgb[2] + 500) / 1000);
    }
  }
  return changed;
}

Image resized(const Image& image, int64_t width, int64_t height) {
  const int64_t channels = image.channels;
  Image result{width, height, channels, {}};
  // Resample first along the axis that gives the smaller intermediate image.
  if (image.height * width <= height * image.width) {
    const auto narrow = resampled<float>(image.pixels, image.height, image.width, width, channels);
    result.pixels = resampled<uint8_t>(narrow, 1, image.height, height, width * channels);
  } else {
    const auto low = resampled<float>(image.pixels, 1, image.height, height, image.width * channels);
    result.pixels = resampled<uint8_t>(low, height, image.width, width, channels);
  }
  return result;
}

Image cropped(const Image& image, int64_t width, int64_t height, const std::string& name) {
  if (image.width < width || image.height < height)
    fail("{}: {} × {} pixels, too small to cut {} × {} out of it; use fit = \"resize\"", name, image.width,
         image.height, width, height);
  const int64_t left = (image.width - width) / 2, top = (image.height - height) / 2, channels = image.channels;
  Image result = empty_image(width, height, channels);
  for (int64_t y = 0; y < height; ++y)
    std::copy_n(image.pixels.begin() + ((top + y) * image.width + left) * channels, width * channels,
                result.pixels.begin() + y * width * channels);
  return result;
}

}  // namespace hourglass

#include "hourglass/data/formats/image.h"

#include <png.h>

#include <algorithm>
#include <cmath>
#include <csetjmp>
#include <cstdio>
#include <type_traits>
// jpeglib.h needs FILE and size_t to be there.
#include <jerror.h>
#include <jpeglib.h>

#include "hourglass/base/error.h"

namespace hourglass {
namespace {

void check_size(int64_t width, int64_t height, int64_t most, const std::string& name) {
  if (width < 1 || height < 1 || width > most / height)
    fail("{}: an image of {} × {} pixels, at most {} can be read", name, width, height, most);
}

Image empty_image(int64_t width, int64_t height, int64_t channels) {
  return {width, height, channels, std::vector<uint8_t>(static_cast<size_t>(width * height * channels))};
}

struct PngImage : png_image {
  PngImage() : png_image{} { version = PNG_IMAGE_VERSION; }
  PngImage(const PngImage&) = delete;
  ~PngImage() { png_image_free(this); }
};

Image read_png(std::string_view content, const std::string& name, int64_t most) {
  PngImage png;
  if (!png_image_begin_read_from_memory(&png, content.data(), content.size()))
    fail("{}: PNG is damaged: {}", name, png.message);
  // libpng would take 16 bits that say nothing of their gamma for linear, and change them.
  png.flags |= PNG_IMAGE_FLAG_16BIT_sRGB;
  check_size(png.width, png.height, most, name);
  const bool colour = (png.format & PNG_FORMAT_FLAG_COLOR) != 0;
  png.format = colour ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY;
  Image image = empty_image(png.width, png.height, colour ? 3 : 1);
  const png_color black{};
  if (!png_image_finish_read(&png, &black, image.pixels.data(), 0, nullptr))
    fail("{}: PNG is damaged: {}", name, png.message);
  return image;
}

/// libjpeg's errors end in a longjmp: no C++ exception may pass through C.
struct JpegErrors : jpeg_error_mgr {
  std::jmp_buf stop;
  char message[JMSG_LENGTH_MAX] = "";
};

[[noreturn]] void stop_jpeg(j_common_ptr jpeg) {
  auto* errors = static_cast<JpegErrors*>(jpeg->err);
  errors->format_message(jpeg, errors->message);
  std::longjmp(errors->stop, 1);
}

/// What libjpeg would only warn of is damage, but for bytes between its parts, which cameras leave.
void judge_jpeg_message(j_common_ptr jpeg, int level) {
  if (level < 0 && jpeg->err->msg_code != JWRN_EXTRANEOUS_DATA) stop_jpeg(jpeg);
}

/// A progressive file of many scans takes long and shows nothing.
void limit_scans(j_common_ptr jpeg) {
  constexpr int kMostScans = 500;
  auto* decoder = reinterpret_cast<j_decompress_ptr>(jpeg);
  if (decoder->input_scan_number > kMostScans) ERREXITS(jpeg, JERR_NOTIMPL, "");
}

struct JpegDecoder : jpeg_decompress_struct {
  JpegErrors errors;
  jpeg_progress_mgr scans{};

  JpegDecoder() : jpeg_decompress_struct{} {
    err = jpeg_std_error(&errors);
    errors.error_exit = stop_jpeg;
    errors.emit_message = judge_jpeg_message;
    scans.progress_monitor = limit_scans;
  }
  JpegDecoder(const JpegDecoder&) = delete;
  ~JpegDecoder() { jpeg_destroy_decompress(this); }
};

// The next two own nothing, so that a longjmp out of libjpeg skips no destructor.

bool read_jpeg_header(JpegDecoder& jpeg, const unsigned char* bytes, size_t size) {
  if (setjmp(jpeg.errors.stop)) return false;
  jpeg_create_decompress(&jpeg);
  jpeg.progress = &jpeg.scans;
  jpeg_mem_src(&jpeg, bytes, size);
  jpeg_read_header(&jpeg, TRUE);
  return true;
}

bool read_jpeg_rows(JpegDecoder& jpeg, uint8_t* pixels) {
  if (setjmp(jpeg.errors.stop)) return false;
  jpeg.out_color_space = jpeg.num_components == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg.dct_method = JDCT_ISLOW;
  jpeg_start_decompress(&jpeg);
  while (jpeg.output_scanline < jpeg.output_height) {
    JSAMPROW row = pixels + size_t{jpeg.output_scanline} * jpeg.output_width * jpeg.output_components;
    jpeg_read_scanlines(&jpeg, &row, 1);
  }
  jpeg_finish_decompress(&jpeg);
  return true;
}

Image read_jpeg(std::string_view content, const std::string& name, int64_t most) {
  JpegDecoder jpeg;
  if (!read_jpeg_header(jpeg, reinterpret_cast<const unsigned char*>(content.data()), content.size()))
    fail("{}: JPEG is damaged: {}", name, jpeg.errors.message);
  check_size(jpeg.image_width, jpeg.image_height, most, name);
  if (jpeg.num_components != 1 && jpeg.num_components != 3)
    fail("{}: JPEG of {} channels, expected grey or red, green and blue", name, jpeg.num_components);
  Image image = empty_image(jpeg.image_width, jpeg.image_height, jpeg.num_components);
  if (!read_jpeg_rows(jpeg, image.pixels.data())) fail("{}: JPEG is damaged: {}", name, jpeg.errors.message);
  return image;
}

/// For each new place the old ones it is made of and their weights, which add up to 1.
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

/// (lines, from, step) values as (lines, to, step).
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

Image decode_image(std::string_view content, const std::string& name, int64_t most) {
  if (is_png(content)) return read_png(content, name, most);
  if (is_jpeg(content)) return read_jpeg(content, name, most);
  fail("{}: neither PNG nor JPEG", name);
}

std::string png_bytes(const Image& image) {
  HOURGLASS_CHECK(image.channels == 1 || image.channels == 3);
  HOURGLASS_CHECK(static_cast<int64_t>(image.pixels.size()) == image.width * image.height * image.channels);
  PngImage png;
  png.width = static_cast<png_uint_32>(image.width);
  png.height = static_cast<png_uint_32>(image.height);
  png.format = image.channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(png);
  std::string bytes(size, '\0');
  if (!png_image_write_to_memory(&png, bytes.data(), &size, 0, image.pixels.data(), 0, nullptr))
    fail("cannot make a PNG of {} × {} pixels: {}", image.width, image.height, png.message);
  bytes.resize(size);
  return bytes;
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
  // The axis first that leaves less in between, which is then no more than the larger of the two images.
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
    fail("{}: {} × {} pixels, too small to cut {} × {} out of it; fit = \"resize\" takes it", name, image.width,
         image.height, width, height);
  const int64_t left = (image.width - width) / 2, top = (image.height - height) / 2, channels = image.channels;
  Image result = empty_image(width, height, channels);
  for (int64_t y = 0; y < height; ++y)
    std::copy_n(image.pixels.begin() + ((top + y) * image.width + left) * channels, width * channels,
                result.pixels.begin() + y * width * channels);
  return result;
}

}  // namespace hourglass

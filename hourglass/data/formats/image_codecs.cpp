#include <png.h>

#include <csetjmp>
#include <cstdio>
// jpeglib.h requires FILE and size_t.
#include <jerror.h>
#include <jpeglib.h>

#include "hourglass/base/error.h"
#include "hourglass/data/formats/exif.h"
#include "hourglass/data/formats/image.h"

namespace hourglass {
namespace {

void check_size(int64_t width, int64_t height, int64_t most, const std::string& name) {
  if (width < 1 || height < 1 || width > most / height)
    fail("{}: an image of {} × {} pixels, at most {} can be read", name, width, height, most);
}

struct PngImage : png_image {
  PngImage() : png_image{} { version = PNG_IMAGE_VERSION; }
  PngImage(const PngImage&) = delete;
  ~PngImage() { png_image_free(this); }
};

/// Multiplies the other channels by the last one, over 255, and removes it: alpha over black, or inverted CMYK to RGB.
Image times_last_channel(const Image& image) {
  const int64_t channels = image.channels - 1;
  Image result = empty_image(image.width, image.height, channels);
  const uint8_t* from = image.pixels.data();
  for (auto to = result.pixels.begin(); to != result.pixels.end(); from += channels + 1)
    for (int64_t c = 0; c < channels; ++c) *to++ = static_cast<uint8_t>((from[c] * from[channels] + 127) / 255);
  return result;
}

/// True if the last channel, alpha, is less than 255 anywhere.
bool is_transparent(const Image& image) {
  for (size_t i = 0; i < image.pixels.size(); i += static_cast<size_t>(image.channels))
    if (image.pixels[i + static_cast<size_t>(image.channels) - 1] < 255) return true;
  return false;
}

void begin_png(PngImage& png, std::string_view content, const std::string& name) {
  if (!png_image_begin_read_from_memory(&png, content.data(), content.size()))
    fail("{}: PNG is damaged: {}", name, png.message);
}

Image read_png(std::string_view content, const std::string& name, int64_t most) {
  PngImage png;
  begin_png(png, content, name);
  // libpng would treat 16-bit values without a stated gamma as linear and convert them.
  png.flags |= PNG_IMAGE_FLAG_16BIT_sRGB;
  check_size(png.width, png.height, most, name);
  const bool colour = (png.format & PNG_FORMAT_FLAG_COLOR) != 0;
  // libpng would blend in linear light; other programs blend the stored values.
  const bool blend = (png.format & PNG_FORMAT_FLAG_ALPHA) != 0;
  png.format = (colour ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY) | (blend ? PNG_FORMAT_FLAG_ALPHA : 0);
  Image image = empty_image(png.width, png.height, (colour ? 3 : 1) + blend);
  if (!png_image_finish_read(&png, nullptr, image.pixels.data(), 0, nullptr))
    fail("{}: PNG is damaged: {}", name, png.message);
  if (!blend) return image;
  Image opaque = times_last_channel(image);
  opaque.was_transparent = is_transparent(image);
  return opaque;
}

/// Error handler of libjpeg. It ends decoding by longjmp, because no C++ exception may pass through C.
struct JpegErrors : jpeg_error_mgr {
  std::jmp_buf stop;
  char message[JMSG_LENGTH_MAX] = "";
};

[[noreturn]] void stop_jpeg(j_common_ptr jpeg) {
  auto* errors = static_cast<JpegErrors*>(jpeg->err);
  errors->format_message(jpeg, errors->message);
  std::longjmp(errors->stop, 1);
}

/// Treats warnings of libjpeg as damage, except for extra bytes between segments, which cameras write.
void judge_jpeg_message(j_common_ptr jpeg, int level) {
  if (level < 0 && jpeg->err->msg_code != JWRN_EXTRANEOUS_DATA) stop_jpeg(jpeg);
}

/// Limits the scans of a progressive file, which could take very long.
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

// The next two functions own nothing, so that a longjmp out of libjpeg skips no destructor.

bool read_jpeg_header(JpegDecoder& jpeg, const unsigned char* bytes, size_t size) {
  if (setjmp(jpeg.errors.stop)) return false;
  jpeg_create_decompress(&jpeg);
  jpeg.progress = &jpeg.scans;
  jpeg_mem_src(&jpeg, bytes, size);
  jpeg_save_markers(&jpeg, JPEG_APP0 + 1, 0xffff);
  jpeg_read_header(&jpeg, TRUE);
  return true;
}

bool read_jpeg_rows(JpegDecoder& jpeg, uint8_t* pixels) {
  if (setjmp(jpeg.errors.stop)) return false;
  jpeg.out_color_space = jpeg.num_components == 1 ? JCS_GRAYSCALE : jpeg.num_components == 3 ? JCS_RGB : JCS_CMYK;
  jpeg.dct_method = JDCT_ISLOW;
  jpeg_start_decompress(&jpeg);
  while (jpeg.output_scanline < jpeg.output_height) {
    JSAMPROW row = pixels + size_t{jpeg.output_scanline} * jpeg.output_width * jpeg.output_components;
    jpeg_read_scanlines(&jpeg, &row, 1);
  }
  jpeg_finish_decompress(&jpeg);
  return true;
}

int orientation_of(const JpegDecoder& jpeg) {
  for (const jpeg_marker_struct* m = jpeg.marker_list; m; m = m->next) {
    const std::string_view segment(reinterpret_cast<const char*>(m->data), m->data_length);
    if (is_exif(segment)) return exif_orientation(segment);
  }
  return 1;
}

void begin_jpeg(JpegDecoder& jpeg, std::string_view content, const std::string& name) {
  if (!read_jpeg_header(jpeg, reinterpret_cast<const unsigned char*>(content.data()), content.size()))
    fail("{}: JPEG is damaged: {}", name, jpeg.errors.message);
}

Image read_jpeg(std::string_view content, const std::string& name, int64_t most) {
  JpegDecoder jpeg;
  begin_jpeg(jpeg, content, name);
  check_size(jpeg.image_width, jpeg.image_height, most, name);
  if (jpeg.num_components != 1 && jpeg.num_components != 3 && jpeg.num_components != 4)
    fail("{}: JPEG of {} channels, expected grey, RGB or CMYK", name, jpeg.num_components);
  const int orientation = orientation_of(jpeg);
  Image image = empty_image(jpeg.image_width, jpeg.image_height, jpeg.num_components);
  if (!read_jpeg_rows(jpeg, image.pixels.data())) fail("{}: JPEG is damaged: {}", name, jpeg.errors.message);
  return upright(image.channels == 4 ? times_last_channel(image) : std::move(image), orientation);
}

[[noreturn]] void refuse_format(std::string_view content, const std::string& name) {
  if (const std::string_view format = other_picture_format(content); !format.empty())
    fail("{}: a picture in {} format, only PNG and JPEG are read; ImageMagick converts it: mogrify -format png {}",
         name, format, name);
  fail("{}: neither PNG nor JPEG", name);
}

}  // namespace

Image decode_image(std::string_view content, const std::string& name, int64_t most) {
  if (is_png(content)) return read_png(content, name, most);
  if (is_jpeg(content)) return read_jpeg(content, name, most);
  refuse_format(content, name);
}

std::pair<int64_t, int64_t> image_size(std::string_view content, const std::string& name) {
  if (is_png(content)) {
    PngImage png;
    begin_png(png, content, name);
    return {png.width, png.height};
  }
  if (!is_jpeg(content)) refuse_format(content, name);
  JpegDecoder jpeg;
  begin_jpeg(jpeg, content, name);
  if (orientation_of(jpeg) < 5) return {jpeg.image_width, jpeg.image_height};
  return {jpeg.image_height, jpeg.image_width};
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

}  // namespace hourglass

#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>
// jpeglib.h needs FILE and size_t to be there.
#include <jpeglib.h>

#include "hourglass/data/formats/image.h"

namespace hourglass {

/// A JPEG file; an image of 4 channels is stored as CMYK, or as YCCK.
inline std::string jpeg_of(const Image& image, bool ycck = false) {
  jpeg_compress_struct jpeg{};
  jpeg_error_mgr errors;
  jpeg.err = jpeg_std_error(&errors);
  jpeg_create_compress(&jpeg);
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&jpeg, &bytes, &size);
  jpeg.image_width = static_cast<JDIMENSION>(image.width);
  jpeg.image_height = static_cast<JDIMENSION>(image.height);
  jpeg.input_components = static_cast<int>(image.channels);
  jpeg.in_color_space = image.channels == 1 ? JCS_GRAYSCALE : image.channels == 3 ? JCS_RGB : JCS_CMYK;
  jpeg_set_defaults(&jpeg);
  if (ycck) jpeg_set_colorspace(&jpeg, JCS_YCCK);
  jpeg_start_compress(&jpeg, TRUE);
  while (jpeg.next_scanline < jpeg.image_height) {
    auto* row = const_cast<JSAMPLE*>(image.pixels.data()) +
                size_t{jpeg.next_scanline} * static_cast<size_t>(image.width * image.channels);
    jpeg_write_scanlines(&jpeg, &row, 1);
  }
  jpeg_finish_compress(&jpeg);
  const std::string content(reinterpret_cast<const char*>(bytes), size);
  jpeg_destroy_compress(&jpeg);
  std::free(bytes);
  return content;
}

/// The segment that a camera writes into a JPEG file, little-endian or big-endian: one entry, the orientation.
inline std::string exif_of(int orientation, bool little = true) {
  const auto number = [&](int value, size_t size) {
    std::string bytes(size, '\0');
    bytes[little ? 0 : size - 1] = static_cast<char>(value & 0xff);
    bytes[little ? 1 : size - 2] = static_cast<char>(value >> 8);
    return bytes;
  };
  return std::string("Exif\0\0", 6) + (little ? "II" : "MM") + number(42, 2) + number(8, 4) + number(1, 2) +
         number(0x0112, 2) + number(3, 2) + number(1, 4) + number(orientation, 2) + number(0, 2) + number(0, 4);
}

/// The JPEG file with this segment after its first two bytes.
inline std::string with_exif(const std::string& jpeg, const std::string& segment) {
  const size_t length = segment.size() + 2;
  return jpeg.substr(0, 2) + "\xff\xe1" + static_cast<char>(length >> 8) + static_cast<char>(length & 0xff) + segment +
         jpeg.substr(2);
}

}  // namespace hourglass

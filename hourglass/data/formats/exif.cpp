#include "hourglass/data/formats/exif.h"

#include <cstddef>
#include <cstdint>

namespace hourglass {
namespace {

/// A TIFF file, which EXIF metadata are. Numbers beyond its end are 0.
struct Tiff {
  std::string_view bytes;
  bool little;

  uint32_t number(size_t at, size_t size) const {
    if (at > bytes.size() || size > bytes.size() - at) return 0;
    uint32_t value = 0;
    for (size_t i = 0; i < size; ++i)
      value = value << 8 | static_cast<uint8_t>(bytes[at + (little ? size - 1 - i : i)]);
    return value;
  }
};

}  // namespace

int exif_orientation(std::string_view segment) {
  constexpr size_t kStart = 6, kEntry = 12;
  constexpr uint32_t kOrientation = 0x0112, kShort = 3, kLong = 4;
  if (!is_exif(segment)) return 1;
  const std::string_view bytes = segment.substr(kStart);
  const Tiff tiff{bytes, bytes.starts_with("II")};
  if (!tiff.little && !bytes.starts_with("MM")) return 1;
  const size_t directory = tiff.number(4, 4), entries = tiff.number(directory, 2);
  for (size_t i = 0; i < entries; ++i) {
    const size_t at = directory + 2 + i * kEntry;
    if (tiff.number(at, 2) != kOrientation) continue;
    const uint32_t type = tiff.number(at + 2, 2);
    const uint32_t value = type == kShort ? tiff.number(at + 8, 2) : type == kLong ? tiff.number(at + 8, 4) : 1;
    return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
  }
  return 1;
}

}  // namespace hourglass

#pragma once

#include <string_view>

namespace hourglass {

/// True if an application segment (APP1) of a JPEG file holds EXIF metadata.
inline bool is_exif(std::string_view segment) { return segment.starts_with(std::string_view("Exif\0\0", 6)); }

/// The orientation, 1 to 8, of the first image in EXIF metadata; 1 (upright) if it is absent, damaged or another
/// number.
int exif_orientation(std::string_view segment);

}  // namespace hourglass

#pragma once

#include <string>
#include <string_view>

#include "hourglass/data/formats/npy.h"

namespace hourglass {

/// True if the content starts as a zip archive, the container of numpy.savez.
inline bool is_zip(std::string_view content) {
  return content.starts_with("PK\x03\x04") || content.starts_with("PK\x05\x06");
}

/// Reads the array `member` of an .npz archive, or its only array if `member` is empty. Throws Error with `name`: with
/// the list of arrays if there are several or none has this name; if the archive is damaged, an entry claims more than
/// its packed bytes can contain, or unpacks to another length than it claims; and as parse_npy does. Memory grows with
/// the unpacked bytes, and the header of the array is checked before its values are unpacked.
NpyArray parse_npz(std::string_view content, const std::string& member, const std::string& name,
                   bool nan_is_missing = false);

}  // namespace hourglass

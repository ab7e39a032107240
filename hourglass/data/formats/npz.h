#pragma once

#include <string>
#include <string_view>

#include "hourglass/data/formats/npy.h"

namespace hourglass {

/// Starts as a zip archive does, which numpy.savez writes.
bool is_zip(std::string_view content);

/// The array `member` of an .npz archive, or its only one when `member` is empty. Throws Error, naming `name`: with the
/// list of arrays when there are several or none is called that; when the archive is damaged, or an entry claims more
/// than its packed bytes can hold, or unpacks to another length than it claims; and as parse_npy does. Memory grows
/// with what comes out, and the array's header is checked before its numbers are unpacked.
NpyArray parse_npz(std::string_view content, const std::string& member, const std::string& name,
                   bool nan_is_missing = false);

}  // namespace hourglass

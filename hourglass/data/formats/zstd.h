#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace hourglass {

/// True if the content starts with the magic bytes of Zstandard.
bool is_zstd(std::string_view content);

/// Unpacks a Zstandard file (RFC 8878) of one or more frames, but stops after `limit` bytes. Memory grows with the
/// unpacked bytes, not with the claimed size. Throws Error with `name` if it is damaged or ends early.
std::string unpack_zstd(std::string_view packed, size_t limit, const std::string& name);

/// The first `count` unpacked bytes at most, as far as the bytes of `packed` allow; never throws Error.
std::string unpack_zstd_start(std::string_view packed, size_t count);

}  // namespace hourglass

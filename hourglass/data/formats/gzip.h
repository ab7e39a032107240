#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace hourglass {

/// True if the content starts with the magic bytes of gzip.
bool is_gzip(std::string_view content);

/// Unpacks one gzip stream (RFC 1952), but stops after `limit` bytes. Memory grows with the unpacked bytes, not with
/// the claimed size. Throws Error with `name` if the stream is damaged, ends early or is followed by other bytes.
std::string gunzip(std::string_view packed, size_t limit, const std::string& name);

}  // namespace hourglass

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

/// Unpacks a gzip file of one or more streams, as `cat a.gz b.gz` makes one; otherwise like gunzip. Bytes after the
/// last stream are ignored, as gzip does with padding.
std::string gunzip_streams(std::string_view packed, size_t limit, const std::string& name);

/// The first `count` unpacked bytes at most, as far as the bytes of `packed` allow; never throws Error.
std::string gunzip_start(std::string_view packed, size_t count);

}  // namespace hourglass

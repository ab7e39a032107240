#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace hourglass {

/// Starts with gzip's magic bytes.
bool is_gzip(std::string_view content);

/// Unpacks one gzip stream (RFC 1952), but never more than `limit` bytes: there it stops without looking further.
/// Memory grows with what comes out, not with what is promised. Throws Error, naming `name`, when the stream is
/// damaged, ends early or is followed by other bytes.
std::string gunzip(std::string_view packed, size_t limit, const std::string& name);

}  // namespace hourglass

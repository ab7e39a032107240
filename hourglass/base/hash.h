#pragma once

#include <string>
#include <string_view>

namespace hourglass {

/// SHA-256 of `bytes` in lower-case hexadecimal.
std::string sha256_hex(std::string_view bytes);

}  // namespace hourglass

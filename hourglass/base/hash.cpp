#include "hourglass/base/hash.h"

#include <fmt/ranges.h>
#include <openssl/evp.h>

#include <array>

#include "hourglass/base/error.h"

namespace hourglass {

std::string sha256_hex(std::string_view bytes) {
  std::array<unsigned char, 32> sum{};
  HOURGLASS_CHECK(EVP_Digest(bytes.data(), bytes.size(), sum.data(), nullptr, EVP_sha256(), nullptr) == 1);
  return fmt::format("{:02x}", fmt::join(sum, ""));
}

}  // namespace hourglass

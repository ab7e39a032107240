#include "hourglass/eval/row_keys.h"

#include "hourglass/tensor/visit.h"

namespace hourglass {

namespace {

/// 64-bit FNV-1a.
uint64_t hash(std::string_view bytes) {
  uint64_t h = 14695981039346656037u;
  for (const char byte : bytes) h = (h ^ static_cast<unsigned char>(byte)) * 1099511628211u;
  return h;
}

}  // namespace

std::vector<uint32_t> row_keys(ConstView rows) {
  std::vector<uint32_t> keys(rows.rows());
  for (int64_t i = 0; i < rows.rows(); ++i) {
    const uint64_t h = hash(to_host(rows.slice(i, 1)).bytes());
    keys[i] = static_cast<uint32_t>(h ^ (h >> 32));
  }
  return keys;
}

}  // namespace hourglass

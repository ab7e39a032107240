#include "hourglass/eval/row_keys.h"

namespace hourglass {

namespace {

/// 64-bit FNV-1a.
uint64_t hash(const std::byte* bytes, int64_t count) {
  uint64_t h = 14695981039346656037u;
  for (int64_t i = 0; i < count; ++i) h = (h ^ static_cast<uint64_t>(bytes[i])) * 1099511628211u;
  return h;
}

}  // namespace

std::vector<uint32_t> row_keys(ConstView rows) {
  std::vector<uint32_t> keys(rows.rows());
  for (int64_t i = 0; i < rows.rows(); ++i) {
    const ConstView row = rows.slice(i, 1);
    const uint64_t h = hash(row.bytes(), row.size() * size_of(row.dtype()));
    keys[i] = static_cast<uint32_t>(h ^ (h >> 32));
  }
  return keys;
}

}  // namespace hourglass

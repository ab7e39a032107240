#include "hourglass/eval/measured_rows.h"

#include "hourglass/tensor/visit.h"

namespace hourglass {

void ProgressCounter::advance(int64_t steps) {
  if (!progress_) return;
  const std::lock_guard lock(mutex_);
  done_ += steps;
  progress_(what_, static_cast<double>(done_) / static_cast<double>(steps_));
}

void RowSums::add(const RowSums& part) {
  values.resize(part.values.size());
  for (size_t i = 0; i < values.size(); ++i) values[i] += part.values[i];
}

std::vector<uint32_t> row_keys(ConstView rows) {
  std::vector<uint32_t> keys(rows.rows());
  for (int64_t i = 0; i < rows.rows(); ++i) {
    uint64_t hash = 14695981039346656037u;  // 64-bit FNV-1a
    const auto row = to_host(rows.slice(i, 1));
    for (const char byte : row.bytes()) hash = (hash ^ static_cast<unsigned char>(byte)) * 1099511628211u;
    keys[i] = static_cast<uint32_t>(hash ^ (hash >> 32));
  }
  return keys;
}

}  // namespace hourglass

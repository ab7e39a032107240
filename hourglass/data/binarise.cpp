#include <algorithm>
#include <bit>

#include "hourglass/base/random.h"
#include "hourglass/data/scaler.h"
#include "hourglass/tensor/visit.h"

namespace hourglass {

namespace {

/// 64-bit FNV-1a over 32-bit words, the values in single precision.
uint64_t key_of(auto row) {
  uint64_t hash = 14695981039346656037u;
  for (const auto x : row) hash = (hash ^ std::bit_cast<uint32_t>(static_cast<float>(x))) * 1099511628211u;
  return hash ^ hash >> 32;
}

void draw(auto row, uint64_t epoch) {
  constexpr uint64_t kSeed = 0;  // one binarised data set, whatever the seed of a run
  constexpr size_t kBlock = 4;
  const Random random(kSeed, Stream::binarise);
  const uint64_t key = key_of(row);
  for (size_t first = 0; first < row.size(); first += kBlock) {
    const auto words = random.words(static_cast<uint32_t>(key >> 32), static_cast<uint32_t>(key) | epoch << 32,
                                    static_cast<uint32_t>(first / kBlock));
    for (size_t j = first; j < std::min(first + kBlock, row.size()); ++j)
      row[j] = static_cast<double>(words[j - first] >> 8) * 0x1p-24 < row[j];
  }
}

}  // namespace

void binarise(Binarisation kind, uint32_t epoch, View rows) {
  const auto columns = static_cast<size_t>(rows.columns());
  visit_floats(rows, [&](auto x) {
    if (kind == Binarisation::threshold)
      for (auto& value : x) value = value >= 0.5;
    else
      for (size_t first = 0; first < x.size(); first += columns)
        draw(x.subspan(first, columns), kind == Binarisation::resample ? epoch : 0);
  });
}

}  // namespace hourglass

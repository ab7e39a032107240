#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace hourglass {

/// The order in which an epoch visits its rows: a pure function of (seed, epoch, rows).
class RowSampler {
 public:
  /// Without `shuffle` every epoch visits the rows as they are given.
  RowSampler(uint64_t seed, bool shuffle) : seed_(seed), shuffle_(shuffle) {}

  /// The given row numbers in the order of epoch `epoch` (from 1).
  std::vector<uint32_t> order(std::span<const uint32_t> rows, int64_t epoch) const;

 private:
  uint64_t seed_;
  bool shuffle_;
};

}  // namespace hourglass

#include "hourglass/train/row_sampler.h"

#include "hourglass/base/random.h"

namespace hourglass {

std::vector<uint32_t> RowSampler::order(std::span<const uint32_t> rows, int64_t epoch) const {
  if (!shuffle_) return {rows.begin(), rows.end()};
  std::vector<uint32_t> order = shuffled(seed_, static_cast<uint32_t>(epoch), static_cast<uint32_t>(rows.size()));
  for (uint32_t& row : order) row = rows[row];
  return order;
}

}  // namespace hourglass

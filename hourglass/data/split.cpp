#include "hourglass/data/split.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "hourglass/base/error.h"
#include "hourglass/base/random.h"

namespace hourglass {

Split split_rows(uint32_t n, double validation_fraction, uint64_t seed) {
  if (!(validation_fraction >= 0.0 && validation_fraction < 1.0))
    fail("validation = {}: expected a fraction in [0, 1)", validation_fraction);
  const uint32_t at_least = validation_fraction > 0 ? 1 : 0;
  const uint32_t count = std::max(at_least, static_cast<uint32_t>(std::lround(n * validation_fraction)));
  if (count >= n) fail("validation = {} of {} rows leaves none for training", validation_fraction, n);
  const Random random(seed, Stream::split);
  std::vector<std::pair<uint64_t, uint32_t>> tickets;  // (random number, row); the row breaks ties
  tickets.reserve(n);
  for (uint32_t row = 0; row < n; ++row) {
    const auto words = random.words(0, row, 0);
    tickets.emplace_back(uint64_t{words[1]} << 32 | words[0], row);
  }
  std::ranges::nth_element(tickets, tickets.begin() + count);
  Split split;
  for (uint32_t i = 0; i < n; ++i) (i < count ? split.validation : split.train).push_back(tickets[i].second);
  std::ranges::sort(split.train);
  std::ranges::sort(split.validation);
  return split;
}

}  // namespace hourglass

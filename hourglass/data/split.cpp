#include "hourglass/data/split.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "hourglass/base/error.h"
#include "hourglass/base/random.h"

namespace hourglass {

uint32_t held_out_rows(uint32_t n, double fraction, HeldOutFor purpose) {
  const char* key = purpose == HeldOutFor::test ? "test" : "validation";
  if (!(fraction >= 0.0 && fraction < 1.0)) fail("{} = {}: expected a fraction in [0, 1)", key, fraction);
  const uint32_t at_least = fraction > 0 ? 1 : 0;
  const uint32_t count = std::max(at_least, static_cast<uint32_t>(std::lround(n * fraction)));
  if (count >= n) fail("{} = {} of {} rows leaves none for training", key, fraction, n);
  return count;
}

Split split_rows(uint32_t n, double fraction, uint64_t seed, HeldOutFor purpose) {
  const uint32_t count = held_out_rows(n, fraction, purpose);
  const Random random(seed, Stream::split);
  std::vector<std::pair<uint64_t, uint32_t>> tickets;  // (random number, row); the row breaks ties
  tickets.reserve(n);
  for (uint32_t row = 0; row < n; ++row) {
    const auto words = random.words(static_cast<uint32_t>(purpose), row, 0);
    tickets.emplace_back(uint64_t{words[1]} << 32 | words[0], row);
  }
  std::ranges::nth_element(tickets, tickets.begin() + count);
  Split split;
  for (uint32_t i = 0; i < n; ++i) (i < count ? split.held_out : split.train).push_back(tickets[i].second);
  std::ranges::sort(split.train);
  std::ranges::sort(split.held_out);
  return split;
}

}  // namespace hourglass

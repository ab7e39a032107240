#include "hourglass/base/random.h"

#include <Random123/philox.h>

#include <cmath>
#include <numbers>
#include <numeric>
#include <utility>

namespace hourglass {

namespace {
double unit(uint32_t word) { return (word >> 8) * 0x1p-24; }
}  // namespace

std::array<uint32_t, 4> Random::words(uint32_t a, uint64_t b, uint32_t block) const {
  // The stream shares a counter word with the high half of b: no data set has 2^28 × 2^32 rows.
  const r123::Philox4x32::ctr_type counter = {
      {a, static_cast<uint32_t>(b), static_cast<uint32_t>(b >> 32) ^ (static_cast<uint32_t>(stream_) << 28), block}};
  const r123::Philox4x32::key_type key = {{static_cast<uint32_t>(seed_), static_cast<uint32_t>(seed_ >> 32)}};
  const auto out = r123::Philox4x32()(counter, key);
  return {out[0], out[1], out[2], out[3]};
}

double Random::uniform(uint32_t a, uint64_t b, uint64_t index) const {
  return unit(words(a, b, static_cast<uint32_t>(index / 4))[index % 4]);
}

double Random::normal(uint32_t a, uint64_t b, uint64_t index) const {
  const auto w = words(a, b, static_cast<uint32_t>(index / 4));
  const size_t pair = index % 4 / 2 * 2;
  const double radius = std::sqrt(-2.0 * std::log(1.0 - unit(w[pair])));
  const double angle = 2.0 * std::numbers::pi * unit(w[pair + 1]);
  return radius * (index % 2 == 0 ? std::cos(angle) : std::sin(angle));
}

std::array<float, 4> normals(const std::array<uint32_t, 4>& words) {
  const auto single = [](uint32_t word) { return static_cast<float>(word >> 8) * 0x1p-24f; };
  std::array<float, 4> out;
  for (int pair = 0; pair < 4; pair += 2) {
    const float radius = std::sqrt(-2.0f * std::log(1.0f - single(words[pair])));
    const float angle = 2.0f * std::numbers::pi_v<float> * single(words[pair + 1]);
    out[pair] = radius * std::cos(angle);
    out[pair + 1] = radius * std::sin(angle);
  }
  return out;
}

std::vector<uint32_t> shuffled(uint64_t seed, uint32_t epoch, uint32_t n) {
  std::vector<uint32_t> order(n);
  std::iota(order.begin(), order.end(), 0u);
  const Random random(seed, Stream::shuffle);
  for (uint32_t i = n; i > 1; --i) {
    const auto w = random.words(epoch, 0, i);
    // Fisher–Yates; the high half of a 64 × 32-bit product is uniform to 2^-64.
    const auto j = static_cast<uint32_t>((static_cast<unsigned __int128>((uint64_t{w[1]} << 32) | w[0]) * i) >> 64);
    std::swap(order[i - 1], order[j]);
  }
  return order;
}

}  // namespace hourglass

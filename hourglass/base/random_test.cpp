#include "hourglass/base/random.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

namespace hourglass {
namespace {

using Words = std::array<uint32_t, 4>;

TEST(Random, GivesThePublishedWordsOfPhilox) {
  // The known answers that accompany the paper, for philox4x32 of 10 rounds; the init stream leaves the counter alone.
  EXPECT_EQ(Random(0, Stream::init).words(0, 0, 0), (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(Random(~uint64_t{0}, Stream::init).words(~0u, ~uint64_t{0}, ~0u),
            (Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(Random(0x299f31d0a4093822, Stream::init).words(0x243f6a88, 0x13198a2e85a308d3, 0x03707344),
            (Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Random, IsAFunctionOfItsKeysAlone) {
  const Random random(7, Stream::corruption);
  const Words first = random.words(1, 2, 3);
  random.words(9, 9, 9);
  EXPECT_EQ(random.words(1, 2, 3), first);
  EXPECT_EQ(Random(7, Stream::corruption).words(1, 2, 3), first);
}

TEST(Random, DiffersInEveryKey) {
  std::set<Words> seen;
  for (const uint64_t seed : {uint64_t{1}, uint64_t{2}, uint64_t{1} << 32})
    for (const Stream stream : {Stream::init, Stream::shuffle, Stream::corruption, Stream::probes, Stream::split})
      for (const uint32_t a : {0, 1})
        for (const uint64_t b : {uint64_t{0}, uint64_t{1}, uint64_t{1} << 32})
          for (const uint32_t block : {0, 1}) seen.insert(Random(seed, stream).words(a, b, block));
  EXPECT_EQ(seen.size(), 3 * 5 * 2 * 3 * 2);
}

/// Mean of f(i) over i < 100000.
template <class F>
double mean_of(F f) {
  constexpr int kCount = 100000;
  double sum = 0;
  for (int i = 0; i < kCount; ++i) sum += f(static_cast<uint64_t>(i));
  return sum / kCount;
}

TEST(Uniform, HasTheMeanAndVarianceOfTheUnitInterval) {
  const Random random(1, Stream::probes);
  // Five standard errors.
  EXPECT_NEAR(mean_of([&](uint64_t i) { return random.uniform(0, 0, i); }), 0.5, 5 * std::sqrt(1.0 / 12 / 1e5));
  EXPECT_NEAR(mean_of([&](uint64_t i) { return std::pow(random.uniform(0, 0, i) - 0.5, 2); }), 1.0 / 12,
              5 * std::sqrt(1.0 / 180 / 1e5));
}

RC_GTEST_PROP(Uniform, StaysInTheUnitInterval, (uint64_t seed, uint32_t a, uint64_t b, uint32_t index)) {
  const double u = Random(seed, Stream::split).uniform(a, b, index);
  RC_ASSERT(u >= 0.0);
  RC_ASSERT(u < 1.0);
}

TEST(Normal, HasTheMomentsOfAStandardNormal) {
  const Random random(1, Stream::probes);
  const auto moment = [&](int power) {
    return mean_of([&](uint64_t i) { return std::pow(random.normal(0, 0, i), power); });
  };
  EXPECT_NEAR(moment(1), 0, 5 * std::sqrt(1.0 / 1e5));
  EXPECT_NEAR(moment(2), 1, 5 * std::sqrt(2.0 / 1e5));
  EXPECT_NEAR(moment(3), 0, 5 * std::sqrt(15.0 / 1e5));
  EXPECT_NEAR(moment(4), 3, 5 * std::sqrt(96.0 / 1e5));
}

TEST(Normal, HasNeighboursThatDoNotDependOnEachOther) {
  const Random random(1, Stream::probes);
  for (const uint64_t lag : {1, 2, 3, 4})
    EXPECT_NEAR(mean_of([&](uint64_t i) { return random.normal(0, 0, i) * random.normal(0, 0, i + lag); }), 0,
                5 * std::sqrt(1.0 / 1e5));
}

bool is_permutation(std::vector<uint32_t> order, uint32_t n) {
  std::vector<uint32_t> all(n);
  std::iota(all.begin(), all.end(), 0u);
  std::sort(order.begin(), order.end());
  return order == all;
}

RC_GTEST_PROP(Shuffled, IsAPermutation, (uint64_t seed, uint32_t epoch)) {
  const auto n = *rc::gen::inRange<uint32_t>(0, 3000);
  RC_ASSERT(is_permutation(shuffled(seed, epoch, n), n));
}

RC_GTEST_PROP(Shuffled, IsAFunctionOfItsArguments, (uint64_t seed, uint32_t epoch)) {
  RC_ASSERT(shuffled(seed, epoch, 100) == shuffled(seed, epoch, 100));
}

TEST(Shuffled, DiffersByEpochAndSeed) {
  EXPECT_NE(shuffled(1, 0, 100), shuffled(1, 1, 100));
  EXPECT_NE(shuffled(1, 0, 100), shuffled(2, 0, 100));
}

TEST(Shuffled, GivesEveryOrderOfFourItsShare) {
  std::map<std::vector<uint32_t>, int> counts;
  for (uint32_t epoch = 0; epoch < 24000; ++epoch) ++counts[shuffled(1, epoch, 4)];
  EXPECT_EQ(counts.size(), 24);
  // Five standard deviations of a count of mean 1000.
  for (const auto& [order, count] : counts) EXPECT_NEAR(count, 1000, 5 * std::sqrt(1000));
}

}  // namespace
}  // namespace hourglass

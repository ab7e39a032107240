#include "hourglass/data/split.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "hourglass/base/error.h"
#include "support/message_of.h"

namespace hourglass {
namespace {

RC_GTEST_PROP(Split, PutsEveryRowInExactlyOnePart, (uint64_t seed)) {
  const auto n = *rc::gen::inRange(2u, 500u);
  const double fraction = *rc::gen::inRange(0, 50) / 100.0;
  const Split split = split_rows(n, fraction, seed);
  RC_ASSERT(split.held_out.size() == held_out_rows(n, fraction));
  RC_ASSERT(std::ranges::is_sorted(split.train));
  RC_ASSERT(std::ranges::is_sorted(split.held_out));
  std::vector<uint32_t> merged;
  std::ranges::merge(split.train, split.held_out, std::back_inserter(merged));
  RC_ASSERT(merged.size() == n);
  for (uint32_t i = 0; i < n; ++i) RC_ASSERT(merged[i] == i);
}

TEST(Split, HoldsOutTheRoundedFraction) {
  EXPECT_EQ(split_rows(1000, 0.1, 1).held_out.size(), 100u);
  EXPECT_EQ(split_rows(15, 0.1, 1).held_out.size(), 2u);
  EXPECT_EQ(split_rows(3, 0.01, 1).held_out.size(), 1u);
  EXPECT_EQ(split_rows(3, 0.0, 1).held_out.size(), 0u);
}

TEST(Split, DependsOnTheSeedAlone) {
  EXPECT_EQ(split_rows(1000, 0.1, 7).held_out, split_rows(1000, 0.1, 7).held_out);
  EXPECT_NE(split_rows(1000, 0.1, 7).held_out, split_rows(1000, 0.1, 8).held_out);
}

TEST(Split, TreatsEveryRowAlike) {
  constexpr uint32_t kRows = 20, kSeeds = 4000;
  std::vector<int> held_out(kRows);
  for (uint64_t seed = 0; seed < kSeeds; ++seed) {
    for (uint32_t row : split_rows(kRows, 0.25, seed).held_out) ++held_out[row];
  }
  // Binomial(4000, 1/4): mean 1000, σ = 27.4; five σ.
  for (int count : held_out) EXPECT_NEAR(count, 1000, 137);
}

TEST(Split, RefusesToLeaveNothingForTraining) {
  EXPECT_EQ(message_of<Error>([] { split_rows(3, 0.9, 1); }), "validation = 0.9 of 3 rows leaves none for training");
  EXPECT_THROW(split_rows(1, 0.1, 1), Error);
  EXPECT_THROW(split_rows(0, 0.0, 1), Error);
}

TEST(Split, RefusesFractionsOutsideZeroToOne) {
  EXPECT_EQ(message_of<Error>([] { split_rows(10, 1.0, 1); }), "validation = 1: expected a fraction in [0, 1)");
  EXPECT_THROW(split_rows(10, -0.1, 1), Error);
  EXPECT_THROW(split_rows(10, std::nan(""), 1), Error);
}

}  // namespace
}  // namespace hourglass

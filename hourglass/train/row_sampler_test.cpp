#include "hourglass/train/row_sampler.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace hourglass {
namespace {

const std::vector<uint32_t> kRows = {2, 3, 5, 7, 11, 13, 17, 19, 23, 29};

TEST(RowSampler, VisitsEveryRowOnceInAnOrderOfItsOwnPerEpoch) {
  const RowSampler sampler(42, true);
  auto first = sampler.order(kRows, 1);
  EXPECT_EQ(first, RowSampler(42, true).order(kRows, 1));
  EXPECT_NE(first, sampler.order(kRows, 2));
  EXPECT_NE(first, RowSampler(43, true).order(kRows, 1));
  std::ranges::sort(first);
  EXPECT_EQ(first, kRows);
}

TEST(RowSampler, KeepsTheGivenOrderWithoutShuffling) { EXPECT_EQ(RowSampler(42, false).order(kRows, 3), kRows); }

}  // namespace
}  // namespace hourglass

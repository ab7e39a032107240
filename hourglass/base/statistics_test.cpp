#include "hourglass/base/statistics.h"

#include <gtest/gtest.h>

namespace hourglass {
namespace {

TEST(Statistics, InterpolatesQuantiles) {
  const std::vector<float> sorted = {1, 2, 4, 8};
  EXPECT_EQ(interpolated_quantile(sorted, 0), 1);
  EXPECT_EQ(interpolated_quantile(sorted, 0.25), 1.75);
  EXPECT_EQ(interpolated_quantile(sorted, 0.5), 3);
  EXPECT_EQ(interpolated_quantile(sorted, 1), 8);
  EXPECT_EQ(interpolated_quantile(std::vector<float>{5}, 0.75), 5);
}

TEST(Statistics, EmpiricalQuantilesAreValues) {
  const std::vector<double> values = {8, 1, 4, 2};
  EXPECT_EQ(empirical_quantile(values, 0.51), 4);
  EXPECT_EQ(empirical_quantile(values, 0.99), 8);
  for (const auto& [q, value] : {std::pair{0.0, 1}, {0.25, 1}, {0.26, 2}, {0.5, 2}, {0.75, 4}, {0.76, 8}, {1.0, 8}})
    EXPECT_EQ(empirical_quantile(values, q), value) << q;
}

TEST(Statistics, TheMeanIsOfAllValues) { EXPECT_EQ(mean_of(std::vector<double>{1, 2, 6}), 3); }

TEST(Statistics, TheUpperMedianIsAValue) {
  std::vector<float> odd = {3, 1, 2}, even = {4, 1, 3, 2};
  EXPECT_EQ(upper_median(odd), 2);
  EXPECT_EQ(upper_median(even), 3);
}

TEST(Statistics, LargestAreInOrderAndEqualOnesAscend) {
  const std::vector<double> keys = {1, 5, 3, 5, 3};
  EXPECT_EQ(largest(keys, 3), (std::vector<int64_t>{1, 3, 2}));
  EXPECT_EQ(largest(keys, 9), (std::vector<int64_t>{1, 3, 2, 4, 0}));
  EXPECT_TRUE(largest({}, 2).empty());
}

TEST(Statistics, EvenlySpacedIntegersCoverTheRange) {
  EXPECT_EQ(evenly_spaced(10, 4), (std::vector<uint32_t>{0, 2, 5, 7}));
  EXPECT_EQ(evenly_spaced(3, 3), (std::vector<uint32_t>{0, 1, 2}));
  EXPECT_EQ(evenly_spaced(2, 5), (std::vector<uint32_t>{0, 1}));
}

TEST(Statistics, NormalQuantilesInvertTheDistribution) {
  EXPECT_NEAR(normal_quantile(0.5), 0, 1e-12);
  EXPECT_NEAR(normal_quantile(0.75), 0.6744897501960817, 1e-12);
  EXPECT_NEAR(normal_quantile(0.025), -1.959963984540054, 1e-12);
}

}  // namespace
}  // namespace hourglass

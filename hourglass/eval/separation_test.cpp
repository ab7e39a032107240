#include "hourglass/eval/separation.h"

#include <gtest/gtest.h>

#include <cmath>

namespace hourglass {
namespace {

using Scores = std::vector<double>;

TEST(AveragePrecision, IsTheMeanPrecisionWhereAnAbnormalRowIsFound) {
  EXPECT_DOUBLE_EQ(average_precision(Scores{4, 3, 2, 1}, {true, true, false, false}), 1);
  EXPECT_DOUBLE_EQ(average_precision(Scores{1, 4, 3, 2}, {true, true, false, false}), (1.0 + 2.0 / 4) / 2);
  EXPECT_DOUBLE_EQ(average_precision(Scores{HUGE_VAL, 1}, {false, true}), 0.5);
}

TEST(AveragePrecision, TakesEqualScoresTogether) {
  EXPECT_DOUBLE_EQ(average_precision(Scores{2, 2, 1}, {true, false, true}), (0.5 + 2.0 / 3) / 2);
  EXPECT_DOUBLE_EQ(average_precision(Scores{5, 5, 5, 5}, {true, false, false, false}), 0.25);
}

TEST(Separation, TakesTheRarerLabelForAbnormal) {
  const auto s = separation(Scores{9, 0.5, 2, 0.1, 0.2}, std::vector<int32_t>{0, 0, 1, 1, 1}, 1);
  ASSERT_TRUE(s);
  EXPECT_EQ(s->abnormal, 0);
  EXPECT_EQ(s->normal, 1);
  EXPECT_EQ(s->rows, 5);
  EXPECT_EQ(s->abnormal_rows, 2);
  EXPECT_DOUBLE_EQ(s->roc_auc, 5.0 / 6);
  EXPECT_DOUBLE_EQ(s->average_precision, (1 + 2.0 / 3) / 2);
  EXPECT_EQ(s->above, 2);
  EXPECT_EQ(s->abnormal_above, 1);
}

TEST(Separation, TakesTheLargerOfEquallyFrequentLabels) {
  EXPECT_EQ(separation(Scores{1, 2}, std::vector<int32_t>{7, 3}, 1)->abnormal, 7);
}

TEST(Separation, NeedsTwoLabels) {
  EXPECT_FALSE(separation(Scores{1, 2}, {}, 1));
  EXPECT_FALSE(separation(Scores{1, 2}, std::vector<int32_t>{1, 1}, 1));
  EXPECT_FALSE(separation(Scores{1, 2, 3}, std::vector<int32_t>{1, 2, 3}, 1));
}

}  // namespace
}  // namespace hourglass

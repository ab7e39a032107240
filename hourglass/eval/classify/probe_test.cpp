#include "hourglass/eval/classify/probe.h"

#include <gtest/gtest.h>

#include <string>

#include "support/numbers.h"

namespace hourglass {
namespace {

/// Labels that a plane through the codes separates; `flipped` of ten are wrong.
LabelledCodes halves(int64_t rows, uint64_t seed, int flipped = 0) {
  LabelledCodes c{normals(DType::f32, {rows, 8}, seed), {}};
  for (int64_t i = 0; i < rows; ++i) {
    const float* h = c.codes.as<float>() + 8 * i;
    c.labels.push_back((h[0] + h[1] > 0) != (i % 10 < flipped));
  }
  return c;
}

TEST(LinearProbe, ReadsLabelsThatAPlaneSeparates) {
  const auto result = linear_probe({halves(1200, 1), halves(400, 2)}, 2);
  EXPECT_LT(result.error, 0.02);
  EXPECT_LT(result.validation_error, 0.02);
  EXPECT_LT(result.decay, 0.1);
}

TEST(LinearProbe, FindsNothingInCodesThatTellNothing) {
  LabelledCodes train = halves(1200, 1), test = halves(1000, 2);
  for (size_t i = 0; i < train.labels.size(); ++i) train.labels[i] = static_cast<int32_t>(i % 2);
  for (size_t i = 0; i < test.labels.size(); ++i) test.labels[i] = static_cast<int32_t>(i % 2);
  EXPECT_NEAR(linear_probe({std::move(train), std::move(test)}, 2).error, 0.5, 0.06);
}

/// 100 rows in 90 dimensions with a third of the labels wrong: without decay a classifier fits the training rows
/// exactly.
TEST(LinearProbe, ChoosesItsDecayOnRowsHeldOut) {
  const auto noisy = [](int64_t rows, uint64_t seed) {
    LabelledCodes c{normals(DType::f32, {rows, 90}, seed), {}};
    for (int64_t i = 0; i < rows; ++i) c.labels.push_back((c.codes.as<float>()[90 * i] > 0) != (i % 3 == 0));
    return c;
  };
  EXPECT_GT(linear_probe({noisy(100, 1), noisy(300, 2)}, 1).decay, 1e-3);
}

TEST(LinearProbe, IsTheSameOnAnyNumberOfThreads) {
  const auto one = linear_probe({halves(3000, 1, 1), halves(500, 2, 1)}, 1),
             many = linear_probe({halves(3000, 1, 1), halves(500, 2, 1)}, 3);
  EXPECT_EQ(one.error, many.error);
  EXPECT_EQ(one.decay, many.decay);
  EXPECT_GT(one.error, 0.05);
}

TEST(LinearProbe, TellsHowFarItIs) {
  std::vector<double> told;
  linear_probe({halves(120, 1), halves(40, 2)}, 1, [&](std::string_view what, double done) {
    EXPECT_EQ(what, "probe_error");
    told.push_back(done);
  });
  ASSERT_FALSE(told.empty());
  EXPECT_TRUE(std::ranges::is_sorted(told));
  EXPECT_EQ(told.back(), 1);
}

}  // namespace
}  // namespace hourglass

#include "hourglass/eval/softmax_regression.h"

#include <gtest/gtest.h>

#include <cmath>

#include "support/golden.h"
#include "support/numbers.h"

namespace hourglass {
namespace {

constexpr MinimiserOptions kPrecise{.largest_slope = 1e-9, .iterations = 2000};

LabelledCodes labelled(const GoldenCase& golden, const std::string& part, DType dtype = DType::f64) {
  LabelledCodes codes{golden.tensors.at(part).cast(dtype), {}};
  for (const double label : values_of(golden.tensors.at(part + "_labels")))
    codes.labels.push_back(static_cast<int32_t>(label));
  return codes;
}

/// Clouds around three corners, over several chunks of rows.
LabelledCodes clouds(int64_t rows, DType dtype) {
  LabelledCodes c{normals(DType::f64, {rows, 4}, 9), {}};
  for (int64_t i = 0; i < rows; ++i) {
    c.labels.push_back(static_cast<int32_t>(i % 3) - 1);
    c.codes.as<double>()[4 * i + i % 3] += 2;
  }
  c.codes = c.codes.cast(dtype);
  return c;
}

class SoftmaxRegressionCase : public testing::TestWithParam<const char*> {};

TEST_P(SoftmaxRegressionCase, IsScikitLearns) {
  const auto cases = golden_cases("metrics");
  const GoldenCase& golden = cases.at(GetParam());
  const auto value = [&](const char* name) { return golden.tensors.at(name).as<double>()[0]; };
  const LabelledCodes train = labelled(golden, "train"), test = labelled(golden, "test");
  const auto fit = fit_softmax_regression(train, value("decay"), 1, kPrecise);
  EXPECT_EQ(fit.labels, (std::vector<int32_t>{2, 5, 9}));
  EXPECT_NEAR(softmax_regression_loss(fit, train, value("decay"), 1), value("loss"), 1e-10);
  EXPECT_NEAR(classification_error(fit, test, 1), value("error"), 1e-12);
  // The weights are unique, intercepts up to a number for all.
  const auto expected = values_of(golden.tensors.at("parameters"));
  ASSERT_EQ(fit.parameters.size(), expected.size());
  for (size_t i = 0; i < expected.size(); ++i) {
    const double shared = i < 18 ? 0 : fit.parameters[18] - expected[18];
    EXPECT_NEAR(fit.parameters[i] - shared, expected[i], 1e-5) << i;
  }
  const LabelledCodes single = labelled(golden, "train", DType::f32);
  const auto fast = fit_softmax_regression(single, value("decay"), 1, {.largest_slope = 1e-6, .iterations = 2000});
  EXPECT_NEAR(softmax_regression_loss(fast, train, value("decay"), 1), value("loss"), 1e-7);
  EXPECT_NEAR(classification_error(fast, labelled(golden, "test", DType::f32), 1), value("error"), 1e-12);
}

INSTANTIATE_TEST_SUITE_P(Golden, SoftmaxRegressionCase, testing::Values("softmax_loose", "softmax_tight"));

TEST(SoftmaxRegression, IsTheSameOnAnyNumberOfThreads) {
  const LabelledCodes codes = clouds(5000, DType::f32);
  const auto one = fit_softmax_regression(codes, 1e-3, 1), many = fit_softmax_regression(codes, 1e-3, 3);
  EXPECT_EQ(one.parameters, many.parameters);
  EXPECT_EQ(classification_error(one, codes, 1), classification_error(one, codes, 3));
}

TEST(SoftmaxRegression, DoesNotDependOnTheOrderOfRowsOrOnTheirRepetition) {
  const LabelledCodes codes = clouds(2000, DType::f64);
  LabelledCodes twice{Tensor(DType::f64, {4000, 4}), {}};
  for (int64_t i = 0; i < 4000; ++i) {
    const int64_t from = 1999 - i % 2000;
    std::copy_n(codes.codes.as<double>() + 4 * from, 4, twice.codes.as<double>() + 4 * i);
    twice.labels.push_back(codes.labels[from]);
  }
  const auto once = fit_softmax_regression(codes, 1e-2, 1, kPrecise),
             again = fit_softmax_regression(twice, 1e-2, 1, kPrecise);
  for (size_t i = 0; i < once.parameters.size(); ++i) EXPECT_NEAR(again.parameters[i], once.parameters[i], 1e-6);
  EXPECT_EQ(classification_error(once, codes, 1), classification_error(once, twice, 1));
}

TEST(SoftmaxRegression, GoesOnFromAStart) {
  const LabelledCodes codes = clouds(900, DType::f64);
  const auto fit = fit_softmax_regression(codes, 1e-2, 1, kPrecise);
  int iterations = 0;
  const auto again =
      fit_softmax_regression(codes, 1e-2, 1, {.largest_slope = 1e-8, .iterations = 50}, fit, [&] { ++iterations; });
  EXPECT_EQ(iterations, 0);
  EXPECT_EQ(again.parameters, fit.parameters);
}

TEST(SoftmaxRegression, CountsALabelItHasNeverSeenAsWrong) {
  LabelledCodes codes = clouds(300, DType::f64);
  const auto fit = fit_softmax_regression(codes, 1e-2, 1);
  const double before = classification_error(fit, codes, 1);
  for (int i = 0; i < 300; i += 3) codes.labels[i] = 77;
  EXPECT_GT(classification_error(fit, codes, 1), 1.0 / 3 - 1e-12);
  EXPECT_LT(before, 0.25);
}

TEST(SoftmaxRegression, PredictsTheOnlyClassThereIs) {
  LabelledCodes codes = clouds(30, DType::f64);
  codes.labels.assign(30, 4);
  EXPECT_EQ(classification_error(fit_softmax_regression(codes, 1e-2, 1), codes, 1), 0);
}

}  // namespace
}  // namespace hourglass

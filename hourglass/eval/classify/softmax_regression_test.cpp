#include "hourglass/eval/classify/softmax_regression.h"

#include <gtest/gtest.h>

#include <cmath>

#include "support/golden.h"
#include "support/numbers.h"

namespace hourglass {
namespace {

constexpr MinimiserOptions kPrecise{.tolerance = 1e-9, .iterations = 2000};

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

SoftmaxRegression fitted(const LabelledCodes& codes, double decay, int threads, const MinimiserOptions& options = {},
                         const SoftmaxRegression& start = {}) {
  return fit_softmax_regression(codes, second_moments(codes, threads), decay, threads, options, start);
}

class SoftmaxRegressionCase : public testing::TestWithParam<const char*> {};

TEST_P(SoftmaxRegressionCase, IsScikitLearns) {
  const auto cases = golden_cases("metrics");
  const GoldenCase& golden = cases.at(GetParam());
  const auto value = [&](const char* name) { return golden.tensors.at(name).as<double>()[0]; };
  const LabelledCodes train = labelled(golden, "train"), test = labelled(golden, "test");
  const auto fit = fitted(train, value("decay"), 1, kPrecise);
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
  const auto fast = fitted(single, value("decay"), 1, {.tolerance = 1e-6, .iterations = 2000});
  EXPECT_NEAR(softmax_regression_loss(fast, train, value("decay"), 1), value("loss"), 1e-7);
  EXPECT_NEAR(classification_error(fast, labelled(golden, "test", DType::f32), 1), value("error"), 1e-12);
}

INSTANTIATE_TEST_SUITE_P(Golden, SoftmaxRegressionCase, testing::Values("softmax_loose", "softmax_tight"),
                         [](const auto& info) { return std::string(info.param); });

TEST(SoftmaxRegression, IsTheSameOnAnyNumberOfThreads) {
  const LabelledCodes codes = clouds(5000, DType::f32);
  const auto one = fitted(codes, 1e-3, 1), many = fitted(codes, 1e-3, 3);
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
  const auto once = fitted(codes, 1e-2, 1, kPrecise), again = fitted(twice, 1e-2, 1, kPrecise);
  for (size_t i = 0; i < once.parameters.size(); ++i) EXPECT_NEAR(again.parameters[i], once.parameters[i], 1e-6);
  EXPECT_EQ(classification_error(once, codes, 1), classification_error(once, twice, 1));
}

TEST(SoftmaxRegression, ContinuesFromAStart) {
  const LabelledCodes codes = clouds(900, DType::f64);
  const auto fit = fitted(codes, 1e-2, 1, kPrecise), again = fitted(codes, 1e-2, 1, {.iterations = 0}, fit);
  for (size_t i = 0; i < fit.parameters.size(); ++i) EXPECT_NEAR(again.parameters[i], fit.parameters[i], 1e-12);
  EXPECT_EQ(fitted(codes, 1e-2, 1, {.iterations = 0}).parameters, std::vector<double>(15));
}

/// Units that vary a thousand times less than others, and depend on each other.
TEST(SoftmaxRegression, FindsTheMinimumWhereverCodesHardlyVary) {
  LabelledCodes codes = clouds(900, DType::f64);
  double* h = codes.codes.as<double>();
  for (int64_t i = 0; i < 900; ++i) {
    h[4 * i] *= 1e-3;
    h[4 * i + 3] = 1000 * h[4 * i] + h[4 * i + 1];
  }
  const auto fit = fitted(codes, 1e-6, 1, {.tolerance = 1e-7, .iterations = 60});
  const double least = softmax_regression_loss(fitted(codes, 1e-6, 1, kPrecise), codes, 1e-6, 1);
  EXPECT_NEAR(softmax_regression_loss(fit, codes, 1e-6, 1), least, 1e-9);
}

TEST(SoftmaxRegression, HasItsMinimumWhateverTheMomentsGiven) {
  const LabelledCodes codes = clouds(900, DType::f64), others = clouds(100, DType::f64);
  const auto fit = fitted(codes, 1e-2, 1, kPrecise),
             other = fit_softmax_regression(codes, second_moments(others, 1), 1e-2, 1, kPrecise);
  for (size_t i = 0; i < 12; ++i) EXPECT_NEAR(other.parameters[i], fit.parameters[i], 1e-6);
}

TEST(SecondMoments, AreMeansOfProducts) {
  const LabelledCodes codes{normals(DType::f64, {2500, 130}, 4), {}};
  const Tensor moments = second_moments(codes, 1);
  const double *h = codes.codes.as<double>(), *m = moments.as<double>();
  for (const auto& [i, j] : {std::pair{0, 0}, {3, 129}, {129, 3}, {129, 129}}) {
    double sum = 0;
    for (int64_t row = 0; row < 2500; ++row) sum += h[130 * row + i] * h[130 * row + j];
    EXPECT_NEAR(m[130 * i + j], sum / 2500, 1e-12);
  }
  EXPECT_EQ(values_of(second_moments(codes, 3)), values_of(moments));
}

TEST(SoftmaxRegression, CountsALabelItHasNeverSeenAsWrong) {
  LabelledCodes codes = clouds(300, DType::f64);
  const auto fit = fitted(codes, 1e-2, 1);
  const double before = classification_error(fit, codes, 1);
  for (int i = 0; i < 300; i += 3) codes.labels[i] = 77;
  EXPECT_GT(classification_error(fit, codes, 1), 1.0 / 3 - 1e-12);
  EXPECT_LT(before, 0.25);
}

TEST(SoftmaxRegression, PredictsTheOnlyClassThereIs) {
  LabelledCodes codes = clouds(30, DType::f64);
  codes.labels.assign(30, 4);
  EXPECT_EQ(classification_error(fitted(codes, 1e-2, 1), codes, 1), 0);
}

}  // namespace
}  // namespace hourglass

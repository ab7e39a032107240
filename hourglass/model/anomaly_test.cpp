#include "hourglass/model/anomaly.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>

#include "hourglass/tensor/visit.h"
#include "support/measuring.h"
#include "support/message_of.h"

namespace hourglass {
namespace {

/// Weights and biases are zero: it reconstructs every row to zeros, so that the residuals are the rows.
Autoencoder zeros(int64_t features) {
  return Autoencoder(model({layer("dense", 1)}, {layer("dense", features)}), {features}, DType::f64);
}

Dataset rows_of(std::vector<float> values, int64_t features) { return {"rows", {features}, std::move(values), {}}; }

AnomalyScale fitted(const Autoencoder& a, const Dataset& data, double quantile = 0.5,
                    const std::vector<uint32_t>& rows = {}) {
  return fit_anomaly_scale(Inference(a, 1), data, rows, quantile);
}

AnomalyScores scored(const Autoencoder& a, const AnomalyScale& scale, const Dataset& data, int64_t top = 2,
                     int threads = 1) {
  const Inference inference(a, threads, 16);
  return anomaly_scores(std::vector<AnomalyDetector>{{inference, scale}}, data, top);
}

TEST(AnomalyScale, IsTheMedianResidualOfANormalDistributionsUnit) {
  const AnomalyScale scale = fitted(zeros(2), rows_of({1, -10, -2, 30, 3, 20}, 2));
  EXPECT_NEAR(scale.spread[0], 2 / 0.67449, 1e-4);
  EXPECT_NEAR(scale.spread[1], 20 / 0.67449, 1e-3);
}

TEST(AnomalyScale, KeepsAnAlmostConstantFeatureFromOutweighingTheOthers) {
  const AnomalyScale scale = fitted(zeros(2), rows_of({0, 1, 0, 1, 5, 1}, 2));
  EXPECT_NEAR(scale.spread[0] / scale.spread[1], 0.1 / std::sqrt(2.0), 1e-6);
}

TEST(AnomalyScale, LooksAtTheGivenRowsOnly) {
  const Dataset data = rows_of({1, 100, 1, 100, 1}, 1);
  EXPECT_NEAR(fitted(zeros(1), data, 0.5, {0, 2, 4}).spread[0], 1 / 0.67449, 1e-4);
}

TEST(AnomalyScale, PutsTheAskedShareOfRowsAtOrBelowAScoreOfOne) {
  const Autoencoder a = zeros(3);
  const Dataset data = uniform_rows(200, 3);
  for (const double quantile : {0.5, 0.9, 0.995}) {
    const auto score = scored(a, fitted(a, data, quantile), data).score;
    EXPECT_EQ(std::ranges::count_if(score, [](double s) { return s > 1; }), std::lround(200 * (1 - quantile)));
  }
}

TEST(AnomalyScale, RefusesAModelThatReconstructsEveryRow) {
  const Dataset data = rows_of({0, 0, 0, 0}, 2);
  const std::string message = message_of<Error>([&] { fitted(zeros(2), data); });
  EXPECT_NE(message.find("rows: "), std::string::npos);
  EXPECT_NE(message.find("exactly"), std::string::npos);
}

TEST(AnomalyScale, RefusesAModelThatMakesNaN) {
  Autoencoder a = zeros(2);
  for_each_value(a.theta(), [&](int64_t i, double) { a.theta().as<double>()[i] = NAN; });
  EXPECT_NE(message_of<Error>([&] { fitted(a, uniform_rows(5, 2)); }).find("not a number"), std::string::npos);
}

TEST(AnomalyScale, ComesBackFromJson) {
  const AnomalyScale scale = {{0.1f, 3.0f}, 1.0 / 3, 0.9};
  const AnomalyScale back = anomaly_from_json(anomaly_json(scale), 2, "m");
  EXPECT_EQ(back.spread, scale.spread);
  EXPECT_EQ(back.threshold, scale.threshold);
  EXPECT_EQ(back.quantile, scale.quantile);
}

TEST(AnomalyScale, RefusesJsonThatDoesNotFit) {
  const auto refusal = [](const std::string& text) {
    return message_of<Error>([&] { anomaly_from_json(text, 2, "m"); });
  };
  EXPECT_EQ(refusal("[]"), "m: metadata \"anomaly\": expected a table, found a list");
  EXPECT_EQ(refusal(R"({"spread":[1,2],"threshold":1})"), "m: metadata \"anomaly\": \"quantile\" is missing");
  EXPECT_NE(refusal(R"({"spread":[1],"threshold":1,"quantile":0.5})").find("1 spreads, expected 2"), std::string::npos);
  EXPECT_EQ(refusal(R"({"spread":[1,0],"threshold":1,"quantile":0.5})"),
            "m: metadata \"anomaly\": spread: expected above 0, found 0");
  EXPECT_EQ(refusal(R"({"spread":[1,1],"threshold":-1,"quantile":0.5})"),
            "m: metadata \"anomaly\": threshold: expected above 0, found -1");
  EXPECT_EQ(refusal(R"({"spread":[1,1],"threshold":1,"quantile":1})"),
            "m: metadata \"anomaly\": quantile: expected below 1, found 1");
}

TEST(AnomalyScores, AreMeanSquaresOfStandardisedResidualsOverTheThreshold) {
  const auto scores = scored(zeros(2), {{2, 4}, 0.5, 0.95}, rows_of({2, 4, 0, -8}, 2));
  EXPECT_DOUBLE_EQ(scores.score[0], (1 + 1) / 2.0 / 0.5);
  EXPECT_DOUBLE_EQ(scores.score[1], (0 + 4) / 2.0 / 0.5);
}

TEST(AnomalyScores, AreMeanSquaresInResidualUnits) {
  const AnomalyScale scale{{2, 5}, 4};
  EXPECT_EQ(scale.residual_units(), (std::vector<float>{4, 10}));
  const auto scores = scored(zeros(2), scale, rows_of({8, 10}, 2));
  EXPECT_DOUBLE_EQ(scores.score[0], (2 * 2 + 1 * 1) / 2.0);
}

TEST(AnomalyScores, NameTheFeaturesThatContributeMost) {
  const auto scores = scored(zeros(3), {{1, 1, 1}, 1, 0.95}, rows_of({1, 3, 2, 5, 0, 0, 0, 0, 0}, 3));
  ASSERT_EQ(scores.top, 2);
  EXPECT_EQ(scores.of(0)[0].feature, 1);
  EXPECT_FLOAT_EQ(scores.of(0)[0].share, 9.0f / 14);
  EXPECT_EQ(scores.of(0)[1].feature, 2);
  EXPECT_EQ(scores.of(1)[0].feature, 0);
  EXPECT_EQ(scores.of(1)[0].share, 1);
  EXPECT_EQ(scores.of(2)[0].share, 0) << "a row without residual";
  EXPECT_EQ(scored(zeros(3), {{1, 1, 1}, 1, 0.95}, rows_of({1, 3, 2}, 3), 9).top, 3);
}

TEST(AnomalyScores, AreInfiniteWhereAResidualIsNotANumber) {
  const auto scores = scored(zeros(3), {{1, 1, 1}, 1, 0.95}, rows_of({1, NAN, 2, -INFINITY, 2, NAN, 1, 2, 3}, 3));
  EXPECT_EQ(scores.score[0], HUGE_VAL);
  EXPECT_EQ(scores.score[1], HUGE_VAL);
  EXPECT_DOUBLE_EQ(scores.score[2], 14.0 / 3);
  EXPECT_FLOAT_EQ(scores.of(0)[1].share, 1.0f / 3) << "through the code it reaches every feature";
  EXPECT_EQ(roc_auc(scores.score, {true, true, false}), 1.0);
}

/// Wide enough that the residuals of 10,000 rows are not held at once.
TEST(AnomalyScale, IsTheSameWhereFeaturesAreTakenSomeAtATime) {
  constexpr int64_t kWidth = 7000, kRows = 10000;
  std::vector<uint8_t> bytes(kWidth * kRows);
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<uint8_t>(100 + i % kWidth / 70);
  const Autoencoder a(model({layer("dense", 1)}, {layer("dense", kWidth)}), {kWidth});
  const AnomalyScale scale = fit_anomaly_scale(Inference(a, 2), {"rows", {kWidth}, std::move(bytes), {}}, {}, 0.5);
  for (int64_t j = 0; j < kWidth; ++j) EXPECT_NEAR(scale.spread[j], static_cast<double>(100 + j / 70) / 0.67449, 1e-2);
}

TEST(AnomalyScores, AverageTheDetectors) {
  const Autoencoder a = zeros(1);
  const Inference inference(a, 1);
  const AnomalyScale one = {{1}, 1, 0.9}, other = {{1}, 4, 0.9};
  const auto scores =
      anomaly_scores(std::vector<AnomalyDetector>{{inference, one}, {inference, other}}, rows_of({2}, 1), 1);
  EXPECT_DOUBLE_EQ(scores.score[0], (4 + 1) / 2.0);
}

TEST(AnomalyScores, DoNotDependOnThreads) {
  const Autoencoder a = fresh(model({layer("dense", 2)}, {layer("dense", 5)}), {5});
  const Dataset data = uniform_rows(5000, 5);
  const AnomalyScale scale = fitted(a, data);
  EXPECT_EQ(scored(a, scale, data).score, scored(a, scale, data, 2, 3).score);
}

/// As users run it: in f32, which has several ways to multiply matrices of different heights.
Autoencoder small_model() {
  Autoencoder a(model({layer("dense", 3), layer("tanh")}, {layer("dense", 5)}), {5});
  initialise(a.network(), {}, 1, a.theta());
  return a;
}

/// Any rows of five features, some far from the others.
Dataset any_rows() {
  std::vector<float> values(5 * *rc::gen::inRange<size_t>(2, 60));
  for (float& x : values) x = static_cast<float>(*rc::gen::inRange(-100, 100) * *rc::gen::element(0.01, 0.01, 1.0));
  return rows_of(std::move(values), 5);
}

Dataset rows_at(const Dataset& data, const std::vector<int64_t>& rows) {
  const auto& all = std::get<std::vector<float>>(data.values);
  std::vector<float> values;
  for (const int64_t row : rows) values.insert(values.end(), all.begin() + row * 5, all.begin() + (row + 1) * 5);
  return rows_of(std::move(values), 5);
}

RC_GTEST_PROP(AnomalyScores, OfARowDependOnNoOtherRowNorOnTheirOrder, ()) {
  const Autoencoder a = small_model();
  const AnomalyScale scale = fitted(a, uniform_rows(50, 5));
  const Dataset data = any_rows();
  std::vector<int64_t> some;
  for (auto i = *rc::gen::inRange<int64_t>(1, 100); i > 0; --i)
    some.push_back(*rc::gen::inRange<int64_t>(0, data.rows()));
  const AnomalyScores all = scored(a, scale, data), of_some = scored(a, scale, rows_at(data, some));
  for (size_t i = 0; i < some.size(); ++i) {
    const double whole = all.score[some[i]];
    RC_ASSERT(std::abs(of_some.score[i] - whole) <= 1e-5 * whole);
    RC_ASSERT(std::abs(of_some.of(static_cast<int64_t>(i))[0].share - all.of(some[i])[0].share) <= 1e-4f);
  }
}

RC_GTEST_PROP(AnomalyScores, DoNotDependOnHowManyRowsAreTakenAtATime, ()) {
  const Autoencoder a = small_model();
  const AnomalyScale scale = fitted(a, uniform_rows(50, 5));
  const Dataset data = any_rows();
  const Inference one(a, 1, *rc::gen::inRange<int64_t>(1, 70)), other(a, 1, *rc::gen::inRange<int64_t>(1, 70));
  const auto scores = [&](const Inference& inference) {
    return anomaly_scores(std::vector<AnomalyDetector>{{inference, scale}}, data, 0).score;
  };
  const auto left = scores(one), right = scores(other);
  for (size_t i = 0; i < left.size(); ++i) RC_ASSERT(std::abs(left[i] - right[i]) <= 1e-5 * left[i]);
}

TEST(RocAuc, IsTheShareOfPairsInTheRightOrder) {
  const std::vector<double> scores = {1, 4, 2, 3};
  EXPECT_EQ(roc_auc(scores, {false, true, false, true}), 1.0);
  EXPECT_EQ(roc_auc(scores, {true, false, true, false}), 0.0);
  EXPECT_EQ(roc_auc(scores, {false, false, true, true}), 0.5);
}

TEST(RocAuc, CountsTiesHalf) {
  EXPECT_EQ(roc_auc(std::vector<double>{5, 5, 5}, {false, true, false}), 0.5);
  EXPECT_EQ(roc_auc(std::vector<double>{1, 2, 2, 3}, {false, false, true, true}), 3.5 / 4);
}

}  // namespace
}  // namespace hourglass

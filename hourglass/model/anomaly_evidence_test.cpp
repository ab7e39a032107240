#include "hourglass/model/anomaly_evidence.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "hourglass/base/statistics.h"
#include "hourglass/model/anomaly.h"
#include "hourglass/tensor/visit.h"
#include "support/measuring.h"
#include "support/message_of.h"

namespace hourglass {
namespace {

const std::vector<Evidence> kEvery = {Evidence::reconstruction, Evidence::input_distance,  Evidence::output_distance,
                                      Evidence::tails,          Evidence::histogram,       Evidence::input_neighbour,
                                      Evidence::rank_neighbour, Evidence::output_neighbour};
const std::vector<Evidence> kNeighbours = {Evidence::input_neighbour, Evidence::rank_neighbour,
                                           Evidence::output_neighbour};

Autoencoder zeros(int64_t features, DType type = DType::f32) {
  return Autoencoder(model({layer("dense", 1)}, {layer("dense", features)}), {features}, type);
}

AnomalyScale fitted(const Inference& inference, const Dataset& data, std::vector<Evidence> kinds = kEvery,
                    const std::vector<std::string>& columns = {}, double quantile = 0.95) {
  return fit_anomaly_evidence(inference, data, {}, {}, {quantile, std::move(kinds)}, columns);
}

std::vector<double> scores(const Inference& inference, const AnomalyScale& scale, const Dataset& data) {
  const AnomalyDetector detector{inference, scale};
  return anomaly_scores({&detector, 1}, data, 0).score;
}

/// 300 rows of two measurements near a line, of a flag that is 1 in one row of 50, and of a text that is A, or seldom
/// B.
Dataset table(std::vector<std::vector<float>> more = {}) {
  std::vector<float> values;
  for (int i = 0; i < 300; ++i) {
    const auto x = static_cast<float>(std::sin(i * 12.9898)), noise = static_cast<float>(std::sin(i * 78.233));
    const bool is_b = i % 60 == 3;
    values.insert(values.end(),
                  {x, 2 * x + noise / 10, i % 50 == 7 ? 1.0f : 0.0f, is_b ? 0.0f : 1.0f, is_b ? 1.0f : 0.0f});
  }
  for (const auto& row : more) values.insert(values.end(), row.begin(), row.end());
  return {"rows", {5}, std::move(values), {}, {"x", "y", "flag", "kind=A", "kind=B"}};
}

Dataset only(std::vector<float> row) { return {"new", {std::ssize(row)}, row, {}}; }

TEST(Evidence, UnitsAreStandardDeviationsAndNotZeroForFlags) {
  std::vector<float> values;
  for (int i = 0; i < 100; ++i) values.insert(values.end(), {static_cast<float>(i % 3 - 1), i < 3 ? 1.0f : 0.0f, 7.0f});
  Tensor rows(DType::f32, {100, 3});
  std::ranges::copy(values, rows.as<float>());
  const std::vector<float> units = robust_units(rows);
  EXPECT_NEAR(units[0], 1 / 0.67449, 1e-3);
  EXPECT_NEAR(units[1], 1 / 2.57583, 1e-3) << "three of 100 rows are beyond the 0.95 quantile";
  EXPECT_EQ(units[2], 1.0f);
}

/// With AVX2 a row's place among 32, 128 or 256 others changes the last bits of its matrix products.
TEST(Evidence, ScoresOfARowDoNotDependOnOtherRowsOrItsPlace) {
  const Dataset data = table();
  Autoencoder a(model({layer("dense", 8), {"tanh"}, layer("dense", 2)}, {layer("dense", 5)}), {5});
  for (int64_t i = 0; i < a.theta().size(); ++i) a.theta().as<float>()[i] = static_cast<float>(std::sin(i * 0.7));
  const Inference inference(a, 2);
  const AnomalyScale scale = fitted(inference, data);
  const std::vector<double> all = scores(inference, scale, data);
  for (const int64_t count : {1, 2, 5, 15, 16, 17, 20, 32, 100, 128, 256, 299}) {
    std::vector<float> values;
    for (int64_t i = count; i-- > 0;)
      for (int64_t j = 0; j < 5; ++j) values.push_back(std::get<std::vector<float>>(data.values)[i * 5 + j]);
    std::vector<double> reversed = scores(inference, scale, {"rows", {5}, std::move(values), {}, data.columns});
    std::ranges::reverse(reversed);
    EXPECT_EQ(reversed, std::vector<double>(all.begin(), all.begin() + count)) << count;
  }
}

TEST(Evidence, GroupsAreTheFeaturesOfOneColumn) {
  const std::vector<std::string> names = {"a", "kind=A", "kind=B", "kind", "kinds=A"}, columns = {"kind", "absent"};
  const auto groups = one_hot_groups(names, columns);
  ASSERT_EQ(groups.size(), 1);
  EXPECT_EQ(groups[0].first, 1);
  EXPECT_EQ(groups[0].count, 2);
}

TEST(Evidence, GroupsAreInTheOrderOfFeatures) {
  const std::vector<std::string> names = {"a=1", "a=2", "b=x"}, columns = {"b", "a"};
  const auto groups = one_hot_groups(names, columns);
  ASSERT_EQ(groups.size(), 2);
  EXPECT_EQ(groups[0].count, 2);
  EXPECT_EQ(groups[1].first, 2);
}

TEST(Evidence, SurpriseIsMinusTheLogarithmOfTheShareOfLargerValues) {
  AnomalyEvidence e{.kinds = {Evidence::tails}, .fitted_rows = 1000, .levels = std::vector<double>(64)};
  std::vector<double> values(1000);
  std::iota(values.begin(), values.end(), 1.0);
  e.set_levels(0, values);
  EXPECT_EQ(e.surprise(0, 0.5), 0);
  EXPECT_NEAR(e.surprise(0, 500), std::log(2), 0.02);
  EXPECT_NEAR(e.surprise(0, 990), std::log(100), 0.2);
  EXPECT_NEAR(e.surprise(0, 2000), std::log(1001) + std::log(2), 1e-9);
}

TEST(Evidence, PutsTheAskedShareOfRowsAtOrBelowAScoreOfOne) {
  const Autoencoder a = zeros(3, DType::f64);
  const Inference inference(a, 2, 32);
  const Dataset data = uniform_rows(200, 3);
  for (const double quantile : {0.5, 0.9, 0.99}) {
    const auto all = scores(inference, fitted(inference, data, kEvery, {}, quantile), data);
    EXPECT_EQ(std::ranges::count_if(all, [](double s) { return s > 1; }), std::lround(200 * (1 - quantile)));
  }
}

TEST(Evidence, OfEveryKindFindsARowFarOutAndNamesItsFeature) {
  const Autoencoder a = zeros(3);
  const Inference inference(a, 1);
  const Dataset data = uniform_rows(300, 3), far = only({0.5f, 9.0f, 0.5f});
  for (const Evidence kind : kEvery) {
    // this model makes the same of every row
    if (kind == Evidence::output_distance || kind == Evidence::output_neighbour) continue;
    const AnomalyScale scale = fitted(inference, data, {kind});
    const AnomalyDetector detector{inference, scale};
    const AnomalyScores s = anomaly_scores({&detector, 1}, far, 3);
    EXPECT_GT(s.score[0], 1) << name_of(kind);
    EXPECT_EQ(s.of(0)[0].feature, 1) << name_of(kind);
  }
}

/// What EvidenceScorer computes of `kNeighbours`, in the plainest way, of rows that the scaler leaves as they are.
class PlainNeighbours {
 public:
  PlainNeighbours(const Inference& inference, const AnomalyScale& scale)
      : features_(std::ssize(scale.spread)),
        rows_(std::ssize(scale.evidence->rows) / features_),
        inference_(inference) {
    for (int64_t j = 0; j < features_; ++j) factor_.push_back(1 / static_cast<double>(scale.spread[j]));
    halved_.resize(features_);
    for (const OneHotGroup& g : scale.evidence->groups)
      for (int64_t j = g.first; j < g.first + g.count; ++j) halved_[j] = true;
    for (int64_t j = 0; j < features_; ++j) factor_[j] /= halved_[j] ? 2 : 1;
    stored_ = {"stored", {features_}, scale.evidence->rows, {}};
    spaces_ = spaces(stored_);
  }

  /// (kinds, rows)
  std::vector<std::vector<double>> operator()(const Dataset& data) const {
    const auto of_data = spaces(data);
    std::vector<std::vector<double>> out(3);
    for (int64_t i = 0; i < data.rows(); ++i) {
      int64_t left_out = 0;
      while (left_out < rows_ && distance(of_data[0], i, spaces_[0], left_out) > 0) ++left_out;
      for (int space = 0; space < 3; ++space) {
        std::vector<double> distances;
        for (int64_t s = 0; s < rows_; ++s)
          if (s != left_out) distances.push_back(distance(of_data[space], i, spaces_[space], s));
        std::ranges::sort(distances);
        out[space].push_back(distances[std::min(std::max<int64_t>(20, rows_ / 20), rows_ / 2) - 1]);
      }
    }
    return out;
  }

 private:
  using Rows = std::vector<double>;

  double distance(const Rows& a, int64_t i, const Rows& b, int64_t k) const {
    double sum = 0;
    for (int64_t j = 0; j < features_; ++j) sum += std::abs(a[i * features_ + j] - b[k * features_ + j]);
    return sum;
  }

  double rank(int64_t j, float x) const {
    int64_t less = 0, more = 0;
    for (int64_t s = 0; s < rows_; ++s) {
      const float other = std::get<std::vector<float>>(stored_.values)[s * features_ + j];
      less += other < x ? 1 : 0;
      more += other > x ? 1 : 0;
    }
    const double share = (static_cast<double>(less + rows_ - more) / 2 + 0.5) / static_cast<double>(rows_ + 1);
    const double g = share < 0.5 ? std::log(2 * share) : -std::log(2 * (1 - share));
    return halved_[j] ? g / 2 : g;
  }

  std::vector<Rows> spaces(const Dataset& data) const {
    std::vector<Rows> out(3);
    const Tensor r = inference_.reconstruct(data);
    const auto& x = std::get<std::vector<float>>(data.values);
    for (int64_t i = 0; i < std::ssize(x); ++i) {
      const int64_t j = i % features_;
      out[0].push_back(x[i] * factor_[j]);
      out[1].push_back(rank(j, x[i]));
      out[2].push_back(r.as<float>()[i] * factor_[j]);
    }
    return out;
  }

  int64_t features_, rows_;
  const Inference& inference_;
  std::vector<double> factor_;
  std::vector<bool> halved_;
  Dataset stored_;
  std::vector<Rows> spaces_;
};

void expect_plain_neighbours(const Dataset& data, const std::vector<std::string>& columns) {
  const int64_t features = data.sample.size();
  Autoencoder a(model({layer("dense", features)}, {layer("dense", features)}), {features});
  for (int64_t i = 0; i < a.theta().size(); ++i) a.theta().as<float>()[i] = static_cast<float>(std::sin(i * 0.7));
  const Inference inference(a, 2);
  const AnomalyScale scale = fitted(inference, data, kNeighbours, columns);
  const EvidenceScorer scorer(inference, scale.spread, *scale.evidence);
  const auto plain = PlainNeighbours(inference, scale)(data);
  const std::vector<uint32_t> rows = all_rows(data.rows());
  scorer.values(data, rows, [&](int64_t row, std::span<const double> v) {
    for (size_t k = 0; k < 3; ++k) EXPECT_NEAR(v[k], plain[k][row], 1e-4 * (1 + plain[k][row])) << row << " kind " << k;
  });
}

TEST(Evidence, NeighboursAreThoseOfAPlainSearch) {
  expect_plain_neighbours(table({{9, -9, 1, 0, 1}, {0.25f, 0.5f, 0, 1, 0}}), {"kind"});
  expect_plain_neighbours(uniform_rows(1500, 3), {});  // 1,024 rows are stored: the 51st neighbour
  expect_plain_neighbours(uniform_rows(9, 3), {});     // the fourth
}

TEST(Evidence, OfNeighboursIsNotLowInAClusterOfFewerRows) {
  const Autoencoder a = zeros(2);
  const Inference inference(a, 1);
  Dataset data = uniform_rows(300, 2);
  auto& values = std::get<std::vector<float>>(data.values);
  for (int i = 0; i < 15; ++i)
    for (int j = 0; j < 2; ++j) values[40 * i + j] = 4 + 0.01f * static_cast<float>((i * (j + 3)) % 7);
  const auto all = scores(inference, fitted(inference, data, {Evidence::input_neighbour}), data);
  for (int i = 0; i < 300; ++i) EXPECT_EQ(all[i] > 1, i % 20 == 0) << "row " << i;
}

TEST(Evidence, SharesAddUpToTheScore) {
  const Autoencoder a = zeros(5);
  const Inference inference(a, 1);
  const AnomalyScale scale = fitted(inference, table(), kEvery, {"kind"});
  const AnomalyDetector detector{inference, scale};
  const AnomalyScores s = anomaly_scores({&detector, 1}, table(), 5);
  for (int64_t i = 0; i < 300; ++i) {
    double sum = 0;
    for (const Contribution& c : s.of(i)) sum += c.share;
    EXPECT_NEAR(sum, s.score[i] > 0 ? 1 : 0, 1e-5);
  }
}

TEST(Evidence, OfARowIsTheSameAloneAndAmongOthers) {
  const Dataset data = uniform_rows(37, 6);
  Autoencoder a(model({layer("dense", 6)}, {layer("dense", 6)}), {6});
  for_each_value(a.theta(), [&](int64_t i, double) { a.theta().as<float>()[i] = std::sin(static_cast<float>(i)); });
  const Inference inference(a, 1);
  const AnomalyScale scale = fitted(inference, data);
  const auto together = scores(inference, scale, data);
  for (int64_t i = 0; i < data.rows(); ++i) EXPECT_EQ(scores(inference, scale, data.slice(i, 1))[0], together[i]);
}

TEST(Evidence, OfATextThatTrainingDidNotSeeIsThatOfTheRarest) {
  const Autoencoder a = zeros(5);
  const Inference inference(a, 1);
  const AnomalyScale scale = fitted(inference, table(), kEvery, {"kind"});
  EXPECT_EQ(scale.evidence->groups[0].rarest, 4);
  const double unseen = scores(inference, scale, only({0, 0, 0, 0, 0}))[0];
  EXPECT_EQ(unseen, scores(inference, scale, only({0, 0, 0, 0, 1}))[0]);
  EXPECT_GT(unseen, scores(inference, scale, only({0, 0, 0, 1, 0}))[0]);
}

TEST(Evidence, ARowFarOutIsAboveARareFlagAndARareText) {
  const Autoencoder a = zeros(5);
  const Inference inference(a, 1);
  const AnomalyScale scale = fitted(inference, table(), kEvery, {"kind"});
  const double far = scores(inference, scale, only({9, -9, 0, 1, 0}))[0];
  EXPECT_GT(far, 1);
  EXPECT_GT(far, scores(inference, scale, only({0, 0, 1, 1, 0}))[0]);
  EXPECT_GT(far, scores(inference, scale, only({0, 0, 0, 0, 1}))[0]);
}

TEST(Evidence, OfFewOrEqualRowsIsFinite) {
  const Autoencoder a = zeros(2);
  const Inference inference(a, 1);
  const Dataset two{"two", {2}, std::vector<float>{1, 2, 3, 5}, {}};
  for (const double s : scores(inference, fitted(inference, two), two)) EXPECT_TRUE(std::isfinite(s));
  const Dataset equal{"equal", {2}, std::vector<float>(8, 3.0f), {}};
  EXPECT_NE(message_of<Error>([&] { fitted(inference, equal); }).find("equal: all rows are the same"),
            std::string::npos);
}

TEST(Evidence, RowsUnlikeAllOthersAreAboveTheThreshold) {
  const Autoencoder a = zeros(2);
  const Inference inference(a, 1);
  std::vector<float> values(200, 3.0f);
  values[101] = 4;
  const Dataset data{"flags", {2}, values, {}};
  const auto all = scores(inference, fitted(inference, data), data);
  for (size_t i = 0; i < all.size(); ++i) EXPECT_EQ(all[i] > 1, i == 50) << "row " << i;
}

TEST(Evidence, ARowTooFarOutToComputeWithIsAsAbnormalAsCanBe) {
  const Autoencoder a = zeros(2);
  const Inference inference(a, 1);
  const AnomalyScale scale = fitted(inference, uniform_rows(50, 2));
  EXPECT_EQ(scores(inference, scale, only({HUGE_VALF, 0}))[0], HUGE_VAL);
}

TEST(Evidence, ThatDoesNotFitTheModelIsRefused) {
  AnomalyEvidence e{
      .kinds = {Evidence::tails}, .groups = {{0, 2, 1}}, .fitted_rows = 5, .levels = std::vector<double>(64)};
  EXPECT_NO_THROW(check_evidence(e, 2, "m"));
  EXPECT_NE(message_of<Error>([&] { check_evidence(e, 1, "m"); }).find("one-hot"), std::string::npos);
  e.levels[0] = 1;
  EXPECT_NE(message_of<Error>([&] { check_evidence(e, 2, "m"); }).find("ascend"), std::string::npos);
  e.levels.pop_back();
  EXPECT_NE(message_of<Error>([&] { check_evidence(e, 2, "m"); }).find("63 levels, expected 64"), std::string::npos);
}

}  // namespace
}  // namespace hourglass

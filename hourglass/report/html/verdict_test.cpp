#include "hourglass/report/html/verdict.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <optional>

namespace hourglass {
namespace {

using Kind = Finding::Kind;

/// `losses` of training rows, and of test rows `gap` times that.
std::vector<EpochRecord> run_of(const std::vector<double>& losses, double gap = 1) {
  std::vector<EpochRecord> epochs;
  for (const double loss : losses) {
    EpochRecord e;
    e.epoch = static_cast<int64_t>(epochs.size()) + 1;
    e.train = {loss, loss, {}};
    e.test = Terms{gap * loss, gap * loss, {}};
    epochs.push_back(e);
  }
  return epochs;
}

const std::vector<double> kSettled = {0.5, 0.3, 0.2, 0.1, 0.1, 0.1, 0.1, 0.1};

/// The finding that begins with these words, if there is one.
std::optional<Finding> said(const std::vector<Finding>& all, const std::string& words) {
  const auto found = std::ranges::find_if(all, [&](const Finding& f) { return f.text.starts_with(words); });
  return found == all.end() ? std::nullopt : std::optional(*found);
}

std::optional<Finding> said(const std::vector<EpochRecord>& epochs, const std::string& words) {
  return said(verdict(epochs, "bce", {}), words);
}

Analysis with(const std::string& metric, double value) {
  Analysis a;
  a.metrics = {{metric, value}};
  return a;
}

TEST(Verdict, TellsASettledLossFromOneThatFallsAndOneThatRises) {
  EXPECT_EQ(said(run_of(kSettled), "Converged")->kind, Kind::good);
  const auto falling = said(run_of({0.5, 0.4, 0.3, 0.25, 0.2}), "Still falling");
  ASSERT_TRUE(falling);
  EXPECT_EQ(falling->text,
            "Still falling: the test bce fell by 36 % over the last 2 of 5 epochs; more epochs would "
            "lower it further.");
  const auto rising = said(run_of({0.5, 0.1, 0.2, 0.3, 0.4}), "Rising");
  ASSERT_TRUE(rising);
  EXPECT_EQ(rising->kind, Kind::warning);
  EXPECT_NE(rising->text.find("lowest after epoch 2"), std::string::npos) << rising->text;
}

TEST(Verdict, TakesNoNoiseOfSingleEpochsForATrend) {
  std::vector<double> noisy(50);
  for (size_t i = 0; i < noisy.size(); ++i) noisy[i] = 0.4 + 0.004 * std::sin(12.9898 * static_cast<double>(i * i));
  noisy.back() = 0.41;
  EXPECT_TRUE(said(run_of(noisy), "Converged"));
}

TEST(Verdict, DoesNotJudgeAFewEpochs) {
  EXPECT_TRUE(said(run_of({0.2, 0.1}), "2 epochs are too few"));
  EXPECT_TRUE(said(run_of({0.2}), "1 epoch is too few"));
  EXPECT_TRUE(verdict({}, "bce", {}).empty());
}

TEST(Verdict, SaysWhenALossIsNotANumber) {
  EXPECT_EQ(said(run_of({0.5, 0.4, std::nan(""), 0.3, 0.2}), "Diverged")->kind, Kind::warning);
}

TEST(Verdict, GradesTheGapToHeldOutRows) {
  EXPECT_EQ(said(run_of(kSettled, 1.01), "No sign of overfitting")->kind, Kind::good);
  EXPECT_EQ(said(run_of(kSettled, 1.05), "Generalisation gap")->kind, Kind::note);
  EXPECT_EQ(said(run_of(kSettled, 1.5), "Overfitting")->kind, Kind::warning);
  EXPECT_TRUE(said(run_of(kSettled, 0.9), "No sign of overfitting")->text.find("below") != std::string::npos);
}

TEST(Verdict, ComparesTheValidationRowsBeforeTheTestRows) {
  auto epochs = run_of(kSettled);
  for (EpochRecord& e : epochs) e.validation = Terms{0.5, 0.5, {}};
  EXPECT_NE(said(epochs, "Overfitting")->text.find("validation bce is 0.5000"), std::string::npos);
}

TEST(Verdict, SaysThatNothingWasHeldOut) {
  auto epochs = run_of(kSettled);
  for (EpochRecord& e : epochs) e.test.reset();
  EXPECT_TRUE(said(epochs, "No rows were held out"));
  EXPECT_NE(said(epochs, "Converged")->text.find("training bce"), std::string::npos);
}

TEST(Verdict, CountsAlmostConstantUnits) {
  Analysis a;
  a.deviation = {1, 0.5, 0.001, 0};
  const auto idle = said(verdict({}, "bce", a), "2 of 4 units");
  ASSERT_TRUE(idle);
  EXPECT_EQ(idle->kind, Kind::warning);
  a.deviation = {1, 0.5};
  EXPECT_EQ(said(verdict({}, "bce", a), "All 2 units")->kind, Kind::good);
  a.deviation = {0, 0};
  EXPECT_TRUE(said(verdict({}, "bce", a), "2 of 2 units"));
}

TEST(Verdict, JudgesContractionByRelativeContraction) {
  EXPECT_EQ(said(verdict({}, "bce", with("relative_contraction", 0.3)), "Relative contraction 0.3")->kind, Kind::good);
  EXPECT_EQ(said(verdict({}, "bce", with("relative_contraction", 1.2)), "Relative contraction 1.2")->kind, Kind::note);
}

TEST(Verdict, IsNeutralAboutAContractionNearOne) {
  for (const double k : {0.95, 1.0, 1.05}) {
    const auto found = said(verdict({}, "bce", with("relative_contraction", k)), "Relative contraction");
    EXPECT_EQ(found->kind, Kind::note) << k;
    EXPECT_NE(found->text.find("neither contracts nor expands"), std::string::npos) << found->text;
  }
}

TEST(Verdict, PraisesNothingInAModelThatIsNoBetterThanTheMean) {
  for (const double share : {-0.2, 0.0, 0.004}) {
    Analysis a = with("explained_variance", share);
    a.metrics.emplace_back("relative_contraction", 0.2);
    a.deviation = {1, 0.9};
    const auto all = verdict(run_of(kSettled), "mse", a);
    EXPECT_TRUE(std::ranges::none_of(all, [](const Finding& f) { return f.kind == Kind::good; })) << share;
    EXPECT_TRUE(std::ranges::any_of(all, [](const Finding& f) { return f.kind == Kind::warning; })) << share;
  }
  auto diverged = run_of(kSettled);
  diverged[2].train.reconstruction = std::nan("");
  const auto all = verdict(diverged, "mse", with("relative_contraction", 0.2));
  EXPECT_TRUE(std::ranges::none_of(all, [](const Finding& f) { return f.kind == Kind::good; }));
}

TEST(Verdict, GradesTheVarianceExplained) {
  EXPECT_EQ(said(verdict({}, "mse", with("explained_variance", 0.95)), "The reconstruction")->kind, Kind::good);
  EXPECT_EQ(said(verdict({}, "mse", with("explained_variance", 0.5)), "The reconstruction")->kind, Kind::note);
  EXPECT_EQ(said(verdict({}, "mse", with("explained_variance", -0.1)), "The reconstruction is worse")->kind,
            Kind::warning);
}

TEST(Verdict, LeavesOutWhatWasNotMeasured) {
  EXPECT_TRUE(verdict({}, "bce", {}).empty());
  EXPECT_TRUE(verdict({}, "bce", with("relative_contraction", std::nan(""))).empty());
}

}  // namespace
}  // namespace hourglass

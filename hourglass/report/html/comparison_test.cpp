#include "hourglass/report/html/comparison.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

namespace hourglass {
namespace {

ComparedModel model(const std::string& name, Metrics metrics) {
  ComparedModel m{.name = name, .description = "About <" + name + ">"};
  m.metrics = std::move(metrics);
  m.analysis.code = {3};
  m.analysis.metrics = {{"jacobian_spectrum", std::vector<double>{2, 1}},
                        {"contraction_ratio", ContractionCurve{{0.5, 1}, {0.3, 0.2}}}};
  m.reconstructions = Tensor(DType::f32, {2, 64});
  m.analysis.filters = SignedImages{Tensor(DType::f32, {2, 64}), {1, 8, 8}, {0, 1}};
  return m;
}

template <class... Models>
Comparison of(Models&&... models) {
  Comparison c{"digits", 9, {1, 8, 8}, Tensor(DType::f32, {2, 64}), {}};
  (c.models.push_back(std::forward<Models>(models)), ...);
  return c;
}

using Marks = std::vector<bool>;

TEST(Comparison, MarksTheLowestOfALossAndTheHighestOfAQuality) {
  const Comparison c = of(model("a", {{"mse", 0.2}, {"ssim", 0.7}}), model("b", {{"mse", 0.1}, {"ssim", 0.6}}));
  EXPECT_EQ(best_at(c, "mse"), (Marks{false, true}));
  EXPECT_EQ(best_at(c, "ssim"), (Marks{true, false}));
}

TEST(Comparison, MarksEqualsAlike) {
  const Comparison c = of(model("a", {{"mse", 0.1}}), model("b", {{"mse", 0.1}}), model("c", {{"mse", 0.2}}));
  EXPECT_EQ(best_at(c, "mse"), (Marks{true, true, false}));
}

TEST(Comparison, MarksNothingThatOnlyDescribes) {
  const Comparison c = of(model("a", {{"mean_activation", 0.1}}), model("b", {{"mean_activation", 0.2}}));
  EXPECT_EQ(best_at(c, "mean_activation"), (Marks{false, false}));
}

TEST(Comparison, MarksNoModelThatIsAlone) {
  const Comparison c = of(model("a", {{"bce", 0.1}}), model("b", {{"mse", 0.2}}), model("c", {{"bce", std::nan("")}}));
  EXPECT_EQ(best_at(c, "bce"), (Marks{false, false, false}));
}

TEST(Comparison, ListsEveryNumberOnce) {
  const Comparison c =
      of(model("a", {{"mse", 0.2}, {"density", std::vector<double>{1, 2}}}), model("b", {{"bce", 0.1}, {"mse", 0.1}}));
  EXPECT_EQ(compared_metrics(c), (std::vector<std::string>{"mse", "bce"}));
}

TEST(Comparison, DrawsAllModelsOnTheSameAxes) {
  const Figures figures = draw_comparison(of(model("first", {}), model("runs/second", {})));
  std::set<std::string> names;
  for (const Figure& f : figures.drawn) names.insert(f.name.text());
  EXPECT_EQ(names, (std::set<std::string>{"contraction-curve", "spectrum", "reconstructions", "filters-first",
                                          "filters-runs-second"}));
  for (const Figure& f : figures.drawn) {
    if (f.section != "contraction") continue;
    for (const char* name : {">first<", ">runs/second<"})
      EXPECT_NE(f.svg.find(name), std::string::npos) << f.name.text();
  }
}

TEST(Comparison, DoesNotDrawDifferentLossesTogether) {
  Comparison c = of(model("a", {}), model("b", {}), model("c", {}));
  const char* losses[] = {"bce", "mse", "bce"};
  for (int i = 0; i < 3; ++i) {
    c.models[i].reconstruction = losses[i];
    EpochRecord e;
    e.epoch = 1;
    e.train = {0.3, 0.2, {}};
    c.models[i].epochs = {e};
  }
  std::set<std::string> names;
  for (const Figure& f : draw_comparison(c).drawn)
    if (f.section == "training") names.insert(f.name.text());
  EXPECT_EQ(names, (std::set<std::string>{"loss-bce", "loss-mse"}));
}

TEST(Comparison, SaysWhatIsMissingAndEscapesWhatItSays) {
  Comparison c = of(model("a<b>", {{"mse", 0.125}}), model("c", {{"bce", 0.5}}));
  c.models[1].omissions = {{"mse", "no <mse>"}};
  const std::string page = comparison_page(c, {});
  for (const char* part : {"a&lt;b&gt;", "0.1250", "–", "c, mse</b>: no &lt;mse&gt;", "About &lt;c&gt;"})
    EXPECT_NE(page.find(part), std::string::npos) << part;
  EXPECT_EQ(page.find("<mse>"), std::string::npos);
}

}  // namespace
}  // namespace hourglass

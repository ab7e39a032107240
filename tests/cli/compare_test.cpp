#include <fmt/format.h>

#include "cli/workspace.h"

namespace hourglass::cli_test {
namespace {

class Compare : public Workspace {};

TEST_F(Compare, LeavesAPageJsonAndPlots) {
  train("dense.toml", "a");
  train("dense.toml", "b", {"--seed", "7"});
  const Outcome outcome = run({"compare", "a", "b", "-o", "both", "--threads", "1"});
  ASSERT_TRUE(succeeded(outcome));
  EXPECT_EQ(outcome.out, "both/compare.html\n");
  EXPECT_TRUE(contains(read("both/compare.html"), "</html>"));
  for (const char* plot : {"loss-bce", "contraction-curve", "spectrum"}) {
    EXPECT_TRUE(is_png(read(fmt::format("both/plots/{}.png", plot)))) << plot;
    EXPECT_TRUE(contains(read(fmt::format("both/plots/{}.svg", plot)), "</svg>")) << plot;
  }
  for (const char* grid : {"reconstructions", "filters-a", "filters-b", "atoms-a", "atoms-b"})
    EXPECT_TRUE(is_png(read(fmt::format("both/plots/{}.png", grid)))) << grid;
}

TEST_F(Compare, MeasuresAsEvalDoesAndNamesTheBest) {
  train("dense.toml", "a");
  train("dense.toml", "b", {"--epochs", "1"});
  const Outcome outcome =
      run({"compare", "a", "b", "-o", "both", "--threads", "1", "--metrics", "probe_error", "--json"});
  ASSERT_TRUE(succeeded(outcome));
  EXPECT_EQ(outcome.out, read("both/compare.json"));
  const auto j = nlohmann::json::parse(outcome.out);
  const auto alone = eval("a", {"--metrics", "mse,probe_error"});
  for (const char* metric : {"bce", "mse", "probe_error"})
    EXPECT_EQ(j["models"][0]["metrics"][metric], alone[metric]) << metric;
  EXPECT_EQ(j["best"]["bce"], nlohmann::json({"a"}));
  EXPECT_EQ(j["models"][1]["loss"]["bce"].size(), 1u);
  EXPECT_EQ(j["models"][0]["analysis"]["contraction_ratio"]["radii"].size(), 6u);
}

TEST_F(Compare, LeavesOutWhatDoesNotFitAModelAndSaysSo) {
  train("dense.toml", "sigmoid");
  train("conv.toml", "relu");
  const Outcome outcome =
      run({"compare", "sigmoid", "relu", "--data", kImages, "-o", "both", "--threads", "1", "--json"});
  ASSERT_TRUE(succeeded(outcome));
  const auto j = nlohmann::json::parse(outcome.out);
  EXPECT_FALSE(j["models"][0].contains("left_out")) << j["models"][0]["left_out"];
  EXPECT_TRUE(j["models"][1]["left_out"].contains("saturation"));
  EXPECT_FALSE(j["models"][1]["metrics"].contains("saturation"));
}

TEST_F(Compare, RefusesModelsOfDifferentDataUnlessItIsTold) {
  train("dense.toml", "a");
  train("conv.toml", "b");
  EXPECT_TRUE(refused(run({"compare", "a", "b", "-o", "both"}), {"a was trained on", "--data"}));
  EXPECT_FALSE(exists("both"));
}

TEST_F(Compare, RefusesDataOfAnotherShape) {
  train("dense.toml", "a");
  ASSERT_TRUE(succeeded(run({"encode", "a", "-o", "codes.npy"})));
  EXPECT_TRUE(refused(run({"compare", "a", "a", "--data", "codes.npy", "-o", "both"}), {"codes.npy", "12", "28 × 28"}));
  EXPECT_FALSE(exists("both"));
}

TEST_F(Compare, TakesTwoModelsAtLeast) {
  train("dense.toml", "a");
  EXPECT_TRUE(refused(run({"compare", "a", "-o", "both"}), {"MODEL"}));
}

}  // namespace
}  // namespace hourglass::cli_test

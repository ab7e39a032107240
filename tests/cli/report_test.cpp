#include <fmt/format.h>

#include <algorithm>

#include "cli/workspace.h"
#include "hourglass/data/formats/npy.h"

namespace hourglass::cli_test {
namespace {

class Report : public Workspace {
 protected:
  /// 90 rows of 5 features.
  void write_table(const std::string& file) const {
    Tensor rows(DType::f32, {90, 5});
    for (int64_t i = 0; i < rows.size(); ++i) rows.as<float>()[i] = static_cast<float>(i * i % 13);
    write(file, npy_bytes(rows));
  }
};

TEST_F(Report, ComesWithEveryRun) {
  train("dense.toml", "run");
  const auto left = files("run");
  ASSERT_TRUE(left.contains("report.html"));
  EXPECT_TRUE(contains(left.at("report.html"), "</html>"));
  for (const char* plot : {"loss", "activations", "mean-activation", "map", "feature-error"}) {
    EXPECT_TRUE(is_png(left.at(fmt::format("plots/{}.png", plot)))) << plot;
    EXPECT_TRUE(contains(left.at(fmt::format("plots/{}.svg", plot)), "</svg>")) << plot;
  }
  for (const char* grid : {"reconstructions-worst", "filters", "atoms", "traversals", "top-inputs"})
    EXPECT_TRUE(is_png(left.at(fmt::format("plots/{}.png", grid)))) << grid;
}

TEST_F(Report, DrawsTheSameAgain) {
  train("conv.toml", "run");
  const auto before = files("run");
  for (const char* file : {"report.html", "loss.png", "reconstructions.png", "plots"})
    std::filesystem::remove_all(path(std::string("run/") + file));
  const Outcome outcome = run({"report", "run", "--threads", "1"});
  ASSERT_TRUE(succeeded(outcome));
  EXPECT_EQ(outcome.out, "run/report.html\n");
  const auto after = files("run");
  ASSERT_EQ(after.size(), before.size());
  for (const auto& [file, bytes] : before) EXPECT_TRUE(after.at(file) == bytes) << file;
}

TEST_F(Report, DescribesARunByTheDataAskedFor) {
  train("dense.toml", "run");
  ASSERT_TRUE(succeeded(run({"report", "run", "--data", kImages, "--threads", "1"})));
  EXPECT_TRUE(contains(read("run/report.html"), "640 rows of"));
  EXPECT_TRUE(contains(read("run/report.html"), "have no labels"));
}

TEST_F(Report, RefusesWhatIsNoRunFolder) {
  train("dense.toml", "run");
  EXPECT_TRUE(refused(run({"report", "run/model.safetensors"}), {"no run folder"}));
  EXPECT_TRUE(refused(run({"report", "nowhere"}), {"nowhere", "no run folder"}));
}

TEST_F(Report, RefusesDataOfAnotherShape) {
  train("dense.toml", "run");
  const std::string before = read("run/report.html");
  write_table("small.npy");
  EXPECT_TRUE(refused(run({"report", "run", "--data", "small.npy"}), {"small.npy", "5", "28 × 28"}));
  EXPECT_EQ(read("run/report.html"), before);
}

TEST_F(Report, TellsOfDataThatAreNoImages) {
  write_table("table.npy");
  write("table.toml",
        "[data]\nsource = \"table.npy\"\nscale = \"standard\"\n[model]\nencoder = [{dense = 3}, \"tanh\"]\n"
        "decoder = [{dense = 5}]\n[train]\nepochs = 2\n");
  const Outcome outcome = train("table.toml", "run");
  const std::string page = read("run/report.html");
  EXPECT_TRUE(contains(page, "samples of 5 are not images"));
  EXPECT_TRUE(exists("run/plots/reconstructions-typical.svg"));
  EXPECT_FALSE(contains(outcome.err, "was not drawn")) << outcome.err;
}

}  // namespace
}  // namespace hourglass::cli_test

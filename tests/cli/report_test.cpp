#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <thread>

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

  /// Runs with a slow gnuplot and sends SIGINT while it draws loss.png, the first chart.
  Outcome interrupted_while_drawing(Words words) const {
    std::filesystem::create_directory(path("bin"));
    write("bin/gnuplot",
          "#!/bin/sh\ntouch drawing\nsleep 1\nexec env PATH=/usr/local/bin:/usr/bin:/bin gnuplot \"$@\"\n");
    std::filesystem::permissions(path("bin/gnuplot"), std::filesystem::perms::owner_all);
    Process process({path(""), std::move(words), [bin = path("bin").string()] {
                       setenv("PATH", (bin + ":/usr/local/bin:/usr/bin:/bin").c_str(), 1);
                     }});
    for (int i = 0; i < 3000 && !exists("drawing"); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(20));
    process.send(SIGINT);
    return process.wait();
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

TEST_F(Report, IsInterruptedCleanlyAndDrawnLater) {
  EXPECT_TRUE(failed(130, interrupted_while_drawing(training("dense.toml", "run", {"--epochs", "1"})),
                     {"run: the training is complete, the report is not drawn yet", "--resume"}));
  EXPECT_FALSE(exists("run/report.html"));
  const std::string model = read("run/model.safetensors");
  EXPECT_TRUE(eval("run").contains("bce"));
  ASSERT_TRUE(succeeded(run(training("dense.toml", "run", {"--epochs", "1", "--resume"}))));
  EXPECT_TRUE(exists("run/report.html"));
  EXPECT_TRUE(read("run/model.safetensors") == model);
}

TEST_F(Report, StaysAsItIsWhenItsRedrawingIsInterrupted) {
  train("dense.toml", "run", {"--epochs", "1"});
  const auto before = files("run");
  EXPECT_TRUE(failed(130, interrupted_while_drawing({"report", "run", "--threads", "1"}), {"interrupted"}));
  for (const auto& [file, bytes] : before) EXPECT_TRUE(read("run/" + file) == bytes) << file;
}

/// 12 rows of 1,600 columns, whose report took minutes of eigenvalues; the limit is that of a slow machine.
TEST_F(Report, OfAWideTableTakesSeconds) {
  std::string rows;
  for (int i = 0; i < 12; ++i)
    for (int j = 0; j < 1600; ++j) rows += fmt::format("{}{}", (i * j * j + i * 7 + j) % 101, j == 1599 ? "\n" : ",");
  write("wide.csv", rows);
  Launch wide = launch({"train", "--anomalies", "--data", "wide.csv", "--epochs", "1", "--output-dir", "run"});
  if (!kIsSanitized) wide.before = limited(RLIMIT_CPU, 60);
  ASSERT_TRUE(succeeded(cli_test::run(wide)));
  EXPECT_TRUE(exists("run/report.html"));
}

TEST_F(Report, NamesTheColumnsAndScoresTheRowsOfATable) {
  std::string rows = "size,<b>colour</b>,kind\n";
  for (int i = 0; i < 80; ++i) rows += fmt::format("{},{},{}\n", i % 7, i == 63 ? 900 : i % 5, i % 2 ? "cat" : "<dog>");
  write("table.csv", rows);
  ASSERT_TRUE(succeeded(run({"train", "--anomalies", "--data", "table.csv", "--epochs", "5", "--output-dir", "run",
                             "--set", "data.label=kind"})));
  const std::string page = read("run/report.html");
  EXPECT_TRUE(contains(page, "<td>row 63</td>")) << "the row of the table, from 0";
  EXPECT_TRUE(contains(page, "&lt;b&gt;colour&lt;/b&gt;"));
  EXPECT_TRUE(contains(page, "&lt;dog&gt;"));
  EXPECT_FALSE(contains(page, "<b>colour"));
  EXPECT_FALSE(contains(page, "<dog>"));
  EXPECT_TRUE(exists("run/plots/scores.svg"));
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

TEST_F(Report, LeavesOutAChartThatCannotBeDrawn) {
  train("dense.toml", "run");
  std::string metrics = read("run/metrics.jsonl");
  size_t sign = 0;
  for (size_t at = 0; (at = metrics.find("\"reconstruction\":", at)) != std::string::npos; ++at) {
    const size_t value = metrics.find(':', at) + 1;
    metrics.replace(value, metrics.find_first_of(",}", value) - value, sign++ % 2 ? "-1e308" : "1e308");
  }
  write("run/metrics.jsonl", metrics);
  const Outcome outcome = run({"report", "run", "--threads", "1"});
  ASSERT_TRUE(succeeded(outcome));
  EXPECT_TRUE(contains(outcome.err, "loss.png was not drawn: gnuplot failed"));
  EXPECT_TRUE(contains(read("run/report.html"), "<b>Reconstruction loss</b>: gnuplot failed"));
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

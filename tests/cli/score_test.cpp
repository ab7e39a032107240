#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <sstream>

#include "cli/workspace.h"
#include "hourglass/base/file.h"
#include "hourglass/data/formats/npy.h"
#include "hourglass/data/formats/npz.h"
#include "hourglass/model/anomaly.h"

namespace hourglass::cli_test {
namespace {

class Score : public Workspace {
 protected:
  /// Trains dense.toml for an epoch as `run`, with a threshold that a tenth of the validation rows are above.
  void train_with_threshold(const std::string& run, const std::string& seed = "1") const {
    train("dense.toml", run,
          {"--epochs", "1", "--seed", seed, "--set", "anomaly.quantile=0.9", "--set", "data.validation=0.2"});
  }

  /// A column of numbers, without its name.
  std::vector<double> column(const std::string& file, size_t j) const {
    std::vector<double> values;
    const auto lines = table(file);
    for (size_t i = 1; i < lines.size(); ++i) values.push_back(std::stod(lines[i].at(j)));
    return values;
  }

  /// The area under the ROC curve that the program says for labels, "odd" against "normal".
  static double area(const Outcome& outcome, const std::string& labels) {
    const std::string start = "area under the ROC curve, label " + labels + ": ";
    const size_t at = outcome.out.find(start);
    return at == std::string::npos ? -1 : std::stod(outcome.out.substr(at + start.size()));
  }

  static auto abnormal(const std::vector<double>& labels) { return std::ranges::count(labels, 1.0); }
};

TEST_F(Score, WritesScoreLabelAndTheFeaturesThatContributeMost) {
  train_with_threshold("run");
  const Outcome outcome = run({"score", "run", "-o", "scores.csv"});
  ASSERT_TRUE(succeeded(outcome));
  EXPECT_EQ(outcome.err, "");
  const auto lines = table("scores.csv");
  ASSERT_EQ(lines.size(), 641);
  EXPECT_EQ(lines[0], (Words{"row", "score", "anomaly", "feature_1", "share_1", "feature_2", "share_2", "feature_3",
                             "share_3", "label"}));
  const auto score = column("scores.csv", 1), label = column("scores.csv", 2);
  for (size_t i = 0; i < score.size(); ++i) EXPECT_EQ(label[i], score[i] > 1 ? 1 : 0) << "row " << i;
  EXPECT_EQ(label, column("scores.csv", 9)) << "the name of version 0.1";
  EXPECT_NEAR(abnormal(label), 64, 40) << "test images are much like the validation images";
  const auto first = column("scores.csv", 4), second = column("scores.csv", 6);
  for (size_t i = 0; i < first.size(); ++i) EXPECT_GE(first[i], second[i]);
}

TEST_F(Score, LabelsTheAskedShareOfRows) {
  train_with_threshold("run");
  ASSERT_TRUE(succeeded(run({"score", "run", "-o", "scores.csv", "--rate", "0.25", "--top", "0"})));
  EXPECT_EQ(abnormal(column("scores.csv", 2)), 160);
  EXPECT_EQ(table("scores.csv")[0], (Words{"row", "score", "anomaly", "label"}));
}

TEST_F(Score, TheModelFileAloneHoldsTheThreshold) {
  train_with_threshold("run");
  ASSERT_TRUE(succeeded(run({"score", "run", "-o", "run.csv"})));
  std::filesystem::rename(path("run/model.safetensors"), path("m.safetensors"));
  ASSERT_TRUE(succeeded(run({"score", "m.safetensors", "--data", kImages, "-o", "file.csv", "--threads", "2"})));
  EXPECT_EQ(read("run.csv"), read("file.csv"));
}

TEST_F(Score, AveragesModels) {
  train_with_threshold("a", "1");
  train_with_threshold("b", "2");
  for (const Words& models : {Words{"a"}, Words{"b"}, Words{"a", "b"}}) {
    Words words = {"score"};
    words.insert(words.end(), models.begin(), models.end());
    words.insert(words.end(), {"-o", models.size() == 2 ? "both.csv" : models[0] + ".csv"});
    ASSERT_TRUE(succeeded(run(words)));
  }
  const auto a = column("a.csv", 1), b = column("b.csv", 1), both = column("both.csv", 1);
  for (size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(both[i], (a[i] + b[i]) / 2, 1e-9 * both[i]);
}

TEST_F(Score, MeasuresAgainstTheRowsThemselvesWhereNothingWasFitted) {
  train("dense.toml", "run", {"--epochs", "1"});
  const Outcome outcome = run({"score", "run", "-o", "scores.npy"});
  ASSERT_TRUE(succeeded(outcome));
  EXPECT_TRUE(contains(outcome.err, "without [anomaly]"));
  const NpyArray array = parse_npy(read("scores.npy"), "scores.npy");
  EXPECT_EQ(array.shape, (Shape{640}));
  EXPECT_TRUE(contains(outcome.out, "32 of them abnormal")) << "a twentieth of 640";
}

TEST_F(Score, IsOfWhatIsReconstructedNotOfTheWiderCode) {
  const std::string recipe = read("dense.toml"), from = R"("sigmoid"])";
  for (const std::string name : {"narrow", "wide"}) {
    const std::string topk = name == "wide" ? "{ topk = 3, alpha = 2 }]" : "{ topk = 3 }]";
    write("topk.toml", std::string(recipe).replace(recipe.find(from), from.size(), topk));
    train("topk.toml", name, {"--epochs", "1", "--set", "anomaly.quantile=0.9"});
    ASSERT_TRUE(succeeded(run({"score", name, "-o", name + ".csv"})));
  }
  EXPECT_EQ(read("narrow.csv"), read("wide.csv"));
}

/// 300 rows of two measurements that belong together and one that does not; the rows labelled "odd" break the bond.
std::string bonded_table() {
  std::string text = "length,\"weight, dry\",noise,kind\n";
  for (int i = 0; i < 300; ++i) {
    const bool is_odd = i % 50 == 7;
    const double x = std::sin(i * 12.9898), y = std::sin(i * 78.233);
    text +=
        fmt::format("{},{},{},{}\n", 10 + x, 20 + 2 * x + 0.02 * y + (is_odd ? 6 : 0), y, is_odd ? "odd" : "normal");
  }
  return text;
}

TEST_F(Score, ATableNeedsNoRecipeAndItsColumnsAreNamed) {
  write("table.csv", bonded_table());
  ASSERT_TRUE(succeeded(run({"train", "--anomalies", "--data", "table.csv", "--set", "data.label=kind", "--set",
                             "anomaly.quantile=0.98", "--output-dir", "run"})));
  EXPECT_TRUE(contains(read("run/recipe.toml"), "dense = \"input\""));
  const Outcome outcome = run({"score", "run", "-o", "scores.csv"});
  ASSERT_TRUE(succeeded(outcome));
  EXPECT_TRUE(contains(outcome.out, "6 of them abnormal"));
  EXPECT_TRUE(contains(outcome.out, "label \"odd\" is taken for abnormal: 6 of 300 rows, the rarer label"));
  EXPECT_GT(area(outcome, "\"odd\" against \"normal\""), 0.99) << "one of the odd rows is not far from others";
  EXPECT_TRUE(contains(outcome.out, "; average precision: 0."));
  EXPECT_TRUE(
      contains(outcome.out, "above the threshold: precision 0.8333 (5 of 6 rows), recall 0.8333 (5 of 6 rows)"));
  const std::string text = read("scores.csv");
  for (int row : {7, 57, 107, 157, 207, 257}) {
    const size_t line = text.find(fmt::format("\n{},", row)) + 1;
    EXPECT_TRUE(contains(text.substr(line, text.find('\n', line) - line), ",\"weight, dry\","));
  }
}

/// Of texts as of numbers, whichever comes first in their order.
TEST_F(Score, TheRarerLabelIsTakenForAbnormal) {
  for (const auto& [normal, odd] : {std::pair("normal", "anomaly"), std::pair("1", "0"), std::pair("0", "1")}) {
    std::string text = bonded_table();
    for (const auto& [from, to] : {std::pair(",normal\n", normal), std::pair(",odd\n", odd)})
      for (size_t at = 0; (at = text.find(from)) != std::string::npos;)
        text.replace(at, std::string(from).size(), fmt::format(",<{}>\n", to));
    std::erase_if(text, [](char c) { return c == '<' || c == '>'; });
    write("table.csv", text);
    ASSERT_TRUE(succeeded(run({"train", "--anomalies", "--data", "table.csv", "--set", "data.label=kind", "--epochs",
                               "20", "--output-dir", "run", "--overwrite"})));
    const Outcome outcome = run({"score", "run", "-o", "scores.csv"});
    ASSERT_TRUE(succeeded(outcome));
    const bool is_text = std::string(odd) == "anomaly";
    EXPECT_GT(area(outcome, is_text ? "\"anomaly\" against \"normal\"" : fmt::format("{} against {}", odd, normal)),
              0.9);
  }
}

TEST_F(Score, OfTheCaseWhoseTextsAreInTheOtherOrder) {
  const std::string folder = HOURGLASS_SOURCE "/../shared/cases/auc-upside-down-texts";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << folder << " is not there";
  ASSERT_TRUE(succeeded(
      run({"train", "--anomalies", "--data", folder + "/data.csv", "--set", "data.label=y", "--output-dir", "run"})));
  const Outcome outcome = run({"score", "run", "-o", "s.csv"});
  ASSERT_TRUE(succeeded(outcome));
  EXPECT_GT(area(outcome, "\"anomaly\" against \"normal\""), 0.95);
}

TEST_F(Score, TheLabelsColumnMayBeAbsent) {
  const std::string table = bonded_table();
  write("table.csv", table);
  ASSERT_TRUE(succeeded(run({"train", "--anomalies", "--data", "table.csv", "--set", "data.label=kind", "--output-dir",
                             "run", "--epochs", "5"})));
  std::string unlabelled;
  std::istringstream lines(table);
  for (std::string line; std::getline(lines, line);) unlabelled += line.substr(0, line.rfind(',')) + "\n";
  write("new.csv", unlabelled);
  ASSERT_TRUE(succeeded(run({"score", "run", "-o", "with.csv"})));
  const Outcome outcome = run({"score", "run", "--data", "new.csv", "-o", "without.csv"});
  ASSERT_TRUE(succeeded(outcome));
  EXPECT_FALSE(contains(outcome.out, "ROC"));
  EXPECT_EQ(read("with.csv"), read("without.csv"));
}

TEST_F(Score, RefusesModelsThatReadMissingValuesInOtherWays) {
  write("table.csv", bonded_table());
  for (const char* missing : {"mean", "refuse"})
    ASSERT_TRUE(
        succeeded(run({"train", "--anomalies", "--data", "table.csv", "--epochs", "1", "--set", "data.label=kind",
                       "--set", fmt::format("data.missing={}", missing), "--output-dir", missing})));
  EXPECT_TRUE(refused(run({"score", "mean", "refuse", "-o", "scores.csv"}),
                      {"refuse: trained with [data] missing = \"refuse\", mean with \"mean\""}));
  EXPECT_FALSE(exists("scores.csv"));
}

TEST_F(Score, ARowTooFarOutToComputeWithIsAsAbnormalAsCanBe) {
  std::string text = "x,y,kind\n";
  for (int i = 0; i < 100; ++i) text += fmt::format("{},{},normal\n", std::sin(i) / 10, std::cos(i) / 10);
  write("table.csv", text + "0,0,odd\n");
  ASSERT_TRUE(succeeded(run({"train", "--anomalies", "--data", "table.csv", "--epochs", "1", "--set", "data.label=kind",
                             "--output-dir", "run"})));
  write("far.csv", "x,y,kind\n3e38,0,odd\n0.1,0,normal\n0,0.1,normal\n");
  const Outcome outcome = run({"score", "run", "--data", "far.csv", "-o", "scores.csv"});
  ASSERT_TRUE(succeeded(outcome));
  EXPECT_TRUE(contains(read("scores.csv"), "\n0,inf,1,"));
  EXPECT_TRUE(contains(outcome.out, "label \"odd\" against \"normal\": 1.0000"));
}

TEST_F(Score, RefusesModelsOfOtherColumns) {
  const std::string table = bonded_table();
  write("table.csv", table);
  for (const char* ignored : {"length", "noise"})
    ASSERT_TRUE(
        succeeded(run({"train", "--anomalies", "--data", "table.csv", "--epochs", "1", "--set", "data.label=kind",
                       "--set", fmt::format("data.ignore=[\"{}\"]", ignored), "--output-dir", ignored})));
  EXPECT_TRUE(
      refused(run({"score", "length", "noise", "-o", "scores.csv"}), {"noise: trained on other columns than length"}));
}

/// Real tables with labels, which are not part of the repository.
TEST_F(Score, FindsTheAnomaliesOfRealTables) {
  const char* folder = std::getenv("HOURGLASS_ADBENCH_DIR");
  if (!folder) GTEST_SKIP() << "HOURGLASS_ADBENCH_DIR does not name the folder of ADBench's sets";
  double sum = 0;
  for (const char* name : {"38_thyroid.npz", "6_cardio.npz"}) {
    const auto file = std::filesystem::path(folder) / name;
    const std::string data = file.string() + ":X";
    ASSERT_TRUE(succeeded(run({"train", "tabular-anomaly", "--data", data, "--output-dir", "run", "--overwrite"})));
    ASSERT_TRUE(succeeded(run({"score", "run", "-o", "scores.npy"})));
    const NpyArray labels = parse_npz(read_file(file), "y", name);
    std::vector<bool> is_abnormal;
    std::visit([&](const auto& y) { is_abnormal.assign(y.begin(), y.end()); }, labels.values);
    const NpyArray scores = parse_npy(read("scores.npy"), "scores.npy");
    const auto& values = std::get<std::vector<float>>(scores.values);
    sum += roc_auc(std::vector<double>(values.begin(), values.end()), is_abnormal);
  }
  EXPECT_GT(sum / 2, 0.92);
}

TEST_F(Score, DrawsWhereTheScoreOfAnImageComesFrom) {
  train_with_threshold("run");
  const Outcome outcome = run({"score", "run", "-o", "scores.csv", "--maps", "maps/new", "--map-count", "3"});
  ASSERT_TRUE(succeeded(outcome));
  EXPECT_TRUE(contains(outcome.out, "maps/new: pictures of the 3 highest scores"));
  std::vector<double> scores = column("scores.csv", 1);
  const auto drawn = files("maps/new");
  ASSERT_EQ(drawn.size(), 3u);
  std::ranges::sort(scores, std::greater());
  const std::vector<double> all = column("scores.csv", 1);
  for (const auto& [name, bytes] : drawn) {
    EXPECT_TRUE(is_png(bytes)) << name;
    ASSERT_TRUE(name.starts_with("row-")) << name;
    EXPECT_GE(all.at(std::stoul(name.substr(4))), scores[2]) << name;
  }
  write("rows.csv", "a,b\n1,2\n2,3\n3,4\n4,6\n5,5\n6,1\n");
  ASSERT_TRUE(succeeded(run({"train", "--data", "rows.csv", "--anomalies", "--epochs", "1", "--output-dir", "table"})));
  EXPECT_TRUE(refused(run({"score", "table", "-o", "none.csv", "--maps", "none"}), {"error maps need images"}));
  EXPECT_FALSE(exists("none.csv"));
  EXPECT_FALSE(exists("none"));
}

TEST_F(Score, RefusesWhatItCannotDoAndWritesNothing) {
  train_with_threshold("run");
  EXPECT_TRUE(refused(run({"score", "run", "-o", "scores.png"}), {".csv"}));
  EXPECT_TRUE(refused(run({"score", "run", "-o", "scores.csv", "--rate", "2"}), {"--rate"}));
  EXPECT_TRUE(refused(run({"train", "dense.toml", "--set", "anomaly.quantile=1"}), {"quantile"}));
  EXPECT_FALSE(exists("scores.csv"));
}

TEST_F(Score, AFinishedRunWithAThresholdStaysFinished) {
  train_with_threshold("run");
  const std::string model = read("run/model.safetensors");
  const Outcome again = run(training(
      "dense.toml", "run",
      {"--epochs", "1", "--seed", "1", "--set", "anomaly.quantile=0.9", "--set", "data.validation=0.2", "--resume"}));
  EXPECT_TRUE(contains(again.err, "already finished"));
  EXPECT_EQ(read("run/model.safetensors"), model);
}

}  // namespace
}  // namespace hourglass::cli_test

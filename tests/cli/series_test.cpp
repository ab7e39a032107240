#include <fmt/format.h>

#include <cmath>

#include "cli/workspace.h"
#include "hourglass/data/formats/npy.h"

namespace hourglass::cli_test {
namespace {

constexpr int kRows = 600, kSpike = 550;

/// Two waves, a row a minute; at row kSpike one of them jumps.
class Series : public Workspace {
 protected:
  Series() {
    write("series.toml", kRecipe);
    write("load.csv", rows([](int i) { return i; }));
  }

  /// `minute` gives the time of each row.
  static std::string rows(const std::function<int(int)>& minute, int count = kRows) {
    std::string text = "timestamp,load,heat,host\n";
    for (int i = 0; i < count; ++i)
      text += fmt::format("2020-01-{:02} {:02}:{:02}:00,{:.4f},{:.4f},{}\n", 1 + minute(i) / 1440, minute(i) / 60 % 24,
                          minute(i) % 60, std::sin(0.2 * i) + (i == kSpike ? 4 : 0) + 0.01 * (i % 7),
                          std::cos(0.2 * i) + 0.01 * (i % 5), i < kRows / 2 ? "a" : "b");
    return text;
  }

  static std::string replaced(std::string text, const std::string& part, const std::string& other) {
    const size_t at = text.find(part);
    EXPECT_NE(at, std::string::npos) << part;
    return text.replace(at, part.size(), other);
  }

  static constexpr const char* kRecipe = R"([data]
source = "load.csv"
scale = "standard"
window = 16
time = "timestamp"
ignore = ["host"]
validation = 0.2

[model]
encoder = [{ dense = 8 }]
decoder = [{ dense = "input" }]

[objective]
reconstruction = "mse"

[train]
epochs = 8
batch_size = 16
optimizer = { adam = 1e-2 }

[anomaly]
quantile = 0.99
)";
};

TEST_F(Series, ScoresEveryTimeStepAndNamesTheColumnOfAnEvent) {
  train("series.toml", "run", {"--set", "data.test=0.1"});
  const Outcome outcome = run({"score", "run", "-o", "scores.csv", "--top", "1", "--keep", "heat"});
  ASSERT_TRUE(succeeded(outcome));
  const auto lines = table("scores.csv");
  ASSERT_EQ(lines.size(), kRows + 1);
  EXPECT_EQ(lines[0], (Words{"row", "time", "score", "anomaly", "heat", "feature_1", "share_1", "label"}));
  EXPECT_EQ(lines[2][1], "2020-01-01 00:01:00");
  size_t highest = 1;
  for (size_t i = 1; i < lines.size(); ++i)
    if (std::stod(lines[i][2]) > std::stod(lines[highest][2])) highest = i;
  EXPECT_EQ(lines[highest][0], std::to_string(kSpike));
  EXPECT_EQ(lines[highest][3], "1");
  EXPECT_EQ(lines[highest][5], "load");
  ASSERT_TRUE(succeeded(run({"score", "run", "-o", "scores.npy"})));
  const NpyArray scores = parse_npy(read("scores.npy"), "scores.npy");
  EXPECT_EQ(scores.shape, Shape{kRows});
}

TEST_F(Series, RowsOfSeveralSeriesMayBeMixed) {
  std::string mixed = "timestamp,load,heat,host\n";
  const std::string text = rows([](int i) { return i % (kRows / 2); });
  std::vector<std::string> all;
  for (size_t at = text.find('\n') + 1; at < text.size(); at = text.find('\n', at) + 1)
    all.push_back(text.substr(at, text.find('\n', at) + 1 - at));
  for (size_t i = 0; i < kRows / 2; ++i) mixed += all[i] + all[i + kRows / 2];
  write("hosts.csv", mixed);
  const Outcome outcome = train("series.toml", "run", {"--data", "hosts.csv", "--set", "data.group=host"});
  EXPECT_TRUE(contains(outcome.err, "hosts.csv: 2 series by \"host\"")) << outcome.err;
  ASSERT_TRUE(succeeded(run({"score", "run", "-o", "scores.csv", "--top", "0"})));
  const auto lines = table("scores.csv");
  EXPECT_EQ(lines[0], (Words{"row", "time", "group", "score", "anomaly", "label"}));
  EXPECT_EQ(lines[1][2], "a");
  EXPECT_EQ(lines[2][2], "b") << "in the order of the file";
  EXPECT_EQ(lines[1][1], lines[2][1]);
}

TEST_F(Series, EncodeWritesACodeForEveryWindowWithTheTimeOfItsFirstRow) {
  train("series.toml", "run", {"--epochs", "1", "--set", "data.stride=100"});
  ASSERT_TRUE(succeeded(run({"encode", "run", "-o", "codes.csv"})));
  const auto lines = table("codes.csv");
  ASSERT_EQ(lines.size(), 8);  // windows at 0, 100, …, 500 and 584
  EXPECT_EQ(lines[0][0], "time");
  EXPECT_EQ(lines[2][0], "2020-01-01 01:40:00");
  EXPECT_EQ(lines[7][0], "2020-01-01 09:44:00");
  ASSERT_TRUE(succeeded(run({"reconstruct", "run", "-o", "windows.csv"})));
  EXPECT_EQ(table("windows.csv")[0].size(), 1 + 16 * 2);
  EXPECT_EQ(table("windows.csv")[0][3], "load[1]");
}

TEST_F(Series, StepsThatNoWindowCoversHaveNoScore) {
  train("series.toml", "run", {"--epochs", "1", "--set", "data.stride=20"});
  const Outcome outcome = run({"score", "run", "-o", "scores.csv"});
  ASSERT_TRUE(succeeded(outcome));
  const auto lines = table("scores.csv");
  EXPECT_NE(lines[16][2], "");
  EXPECT_EQ(lines[17][2], "");
  EXPECT_EQ(lines[17][3], "0");
  ASSERT_TRUE(succeeded(run({"score", "run", "-o", "rated.csv", "--rate", "0.1"})));
}

TEST_F(Series, ATableInTheOrderOfDatesGetsTheRecipeForSeries) {
  write("long.csv", rows([](int i) { return i; }, 1100));
  const std::string said = "the rows are a time series in the order of \"timestamp\"";
  const Outcome inspected = run({"data", "inspect", "long.csv"});
  ASSERT_TRUE(succeeded(inspected));
  EXPECT_TRUE(contains(inspected.out, "a time series in the order of \"timestamp\""));
  const Outcome trained =
      run({"train", "--anomalies", "--data", "long.csv", "--output-dir", "run", "--epochs", "1", "--threads", "1"});
  ASSERT_TRUE(succeeded(trained));
  EXPECT_TRUE(contains(trained.err, said));
  EXPECT_TRUE(contains(read("run/recipe.toml"), "window = 64"));
  EXPECT_TRUE(contains(read("run/recipe.toml"), "time = \"timestamp\""));
  EXPECT_TRUE(exists("run/plots/step-scores.svg") || contains(trained.err, "not drawn"));
  ASSERT_TRUE(succeeded(run({"score", "run", "-o", "scores.csv"})));
  EXPECT_EQ(table("scores.csv").size(), 1101);
}

TEST_F(Series, ResumesToTheSameBytes) {
  train("series.toml", "whole", {"--seed", "3"});
  train("series.toml", "run", {"--seed", "3", "--epochs", "3", "--threads", "2"});
  train("series.toml", "run", {"--seed", "3", "--resume"});
  EXPECT_TRUE(read("run/model.safetensors") == read("whole/model.safetensors"));
}

TEST_F(Series, MissingValuesFollowTheirKey) {
  std::string text = rows([](int i) { return i; });
  const size_t row = text.find("2020-01-01 05:00:00,");
  const size_t cell = text.find(',', row) + 1;
  text.replace(cell, text.find(',', cell) - cell, "NA");
  write("gaps.csv", text);
  EXPECT_TRUE(refused(run({"train", "series.toml", "--data", "gaps.csv", "--output-dir", "run"}),
                      {"line 302, column 2 (\"load\") has no value"}));
  EXPECT_FALSE(exists("run"));
  train("series.toml", "mean", {"--data", "gaps.csv", "--epochs", "1", "--set", "data.missing=mean"});
  const Outcome dropped =
      train("series.toml", "drop", {"--data", "gaps.csv", "--epochs", "1", "--set", "data.missing=drop"});
  EXPECT_TRUE(contains(dropped.err, "1 row has no value and is in no window")) << dropped.err;
  ASSERT_TRUE(succeeded(run({"score", "drop", "-o", "scores.csv"})));
  const auto lines = table("scores.csv");
  ASSERT_EQ(lines.size(), kRows + 1);
  EXPECT_EQ(lines[301][2], "");
  EXPECT_NE(lines[302][2], "");
}

TEST_F(Series, BadInputIsRefusedBeforeAnythingIsWritten) {
  const auto refuses = [&](const Words& words, const Words& parts) {
    Words all = {"train", "series.toml", "--output-dir", "run"};
    all.insert(all.end(), words.begin(), words.end());
    EXPECT_TRUE(refused(run(all), parts));
    EXPECT_FALSE(exists("run"));
  };
  refuses({"--set", "data.group=server"}, {"no column \"server\""});
  refuses({"--set", "data.time=time"}, {"no column \"time\""});
  refuses({"--set", "data.window=601"}, {"data.window = 601 is longer than", "600 of 600 rows"});
  refuses({"--set", "data.window=1000000"}, {"more than 1048576 features"});
  refuses({"--set", "data.window=0"}, {"window"});
  refuses({"--set", "data.validation=0.01"}, {"holds out at most 6 time steps", "no window of 16"});
  std::string text = rows([](int i) { return i; });
  text.replace(text.find("2020-01-01 05:00:00"), 10, "2020-02-30");
  write("bad.csv", text);
  refuses({"--data", "bad.csv"}, {"bad.csv: row 301, column \"timestamp\" holds \"2020-02-30 05:00:00\""});
  write("same.csv", rows([](int i) { return i / 4; }));
  refuses({"--data", "same.csv"}, {"most of 600 rows have the time of another", "data.group"});
  write("plain.toml", replaced(kRecipe, "window = 16\ntime = \"timestamp\"", "stride = 2"));
  EXPECT_TRUE(refused(run({"train", "plain.toml", "--output-dir", "run"}), {"add window = 128"}));
}

TEST_F(Series, AWindowTooLargeForTheMemoryIsRefused) {
  std::string text = "value\n";
  for (int i = 0; i < 60000; ++i) text += std::to_string(i % 10) + "\n";
  write("long.csv", text);
  std::string recipe = replaced(kRecipe, "window = 16\ntime = \"timestamp\"\nignore = [\"host\"]", "window = 5000");
  recipe = replaced(recipe, "validation = 0.2", "validation = 0");
  write("huge.toml", replaced(recipe, "dense = 8", "dense = 20000"));
  EXPECT_TRUE(
      refused(run({"train", "huge.toml", "--data", "long.csv", "--output-dir", "run"}), {"5000", "--allow-large"}));
  EXPECT_FALSE(exists("run"));
}

}  // namespace
}  // namespace hourglass::cli_test

#include <fmt/format.h>

#include "cli/workspace.h"
#include "data/image_bytes.h"
#include "hourglass/data/formats/npy.h"

namespace hourglass::cli_test {
namespace {

/// Memory and time that the program takes (docs/limits.md). A sanitizer takes more of both.
class Limits : public Workspace {
 protected:
  /// Rows of numbers in [0, 1].
  void write_rows(const std::string& file, const Shape& shape, int64_t first = 0) const {
    Tensor rows(DType::f32, shape);
    const int64_t width = rows.size() / shape[0];
    for (int64_t i = 0; i < rows.size(); ++i)
      rows.as<float>()[i] = static_cast<float>((i + first * width) * 7919 % 1009) / 1009;
    write(file, npy_bytes(rows));
  }
  Outcome run_within(__rlimit_resource resource, rlim_t most, const Words& words) const {
    return kIsSanitized ? run(words) : run_after(limited(resource, most), words);
  }
};

constexpr rlim_t kMegabyte = 1 << 20;

/// A row takes 4.2 MB; all 250 at once would take a gigabyte.
TEST_F(Limits, AWideNetworkIsMeasuredSomeRowsAtATime) {
  write_rows("few.npy", {2, 2, 8, 8});
  write_rows("many.npy", {250, 2, 8, 8});
  write("wide.toml",
        "[data]\nsource = \"few.npy\"\n[model]\nencoder = [{ conv2d = 1, kernel = 1 }, { upsample2d = 128 }]\n"
        "decoder = [{ max_pool2d = 128 }, { conv2d = 2, kernel = 1 }]\n[train]\nepochs = 1\nbatch_size = 2\n");
  train("wide.toml", "run");
  const Outcome outcome =
      run_within(RLIMIT_AS, 800 * kMegabyte, {"eval", "run", "--data", "many.npy", "--threads", "1"});
  ASSERT_TRUE(succeeded(outcome));
  EXPECT_TRUE(contains(outcome.out, "250 rows"));
}

TEST_F(Limits, APictureIsInspectedWithoutStatisticsOfEveryPixel) {
  const Image black{2000, 1500, 1, std::vector<uint8_t>(3'000'000)};
  std::filesystem::create_directory(path("pictures"));
  for (const char* file : {"pictures/a.png", "pictures/b.png"}) write(file, png_bytes(black));
  const Outcome outcome = run_within(RLIMIT_AS, 700 * kMegabyte, {"data", "inspect", "pictures"});
  ASSERT_TRUE(succeeded(outcome));
  EXPECT_TRUE(contains(outcome.out, "3000000 features from 0 to 0, 3000000 of them constant"));
}

/// To search all names for every name would take half a minute.
TEST_F(Limits, ManyTextColumnsAreInspectedInTimeThatGrowsWithTheirNumber) {
  constexpr int kColumns = 50'000;
  std::string text;
  for (int row = -1; row < 4; ++row)
    for (int j = 0; j < kColumns; ++j)
      text += (row < 0 ? fmt::format("column{}", j) : std::string(1, static_cast<char>('a' + row % 2))) +
              (j + 1 == kColumns ? '\n' : ',');
  write("texts.csv", text);
  const Outcome outcome = run_within(RLIMIT_CPU, 15, {"data", "inspect", "texts.csv"});
  ASSERT_TRUE(succeeded(outcome));
  EXPECT_TRUE(contains(outcome.out, "4 rows of 50000"));
  EXPECT_TRUE(contains(outcome.out, "every text is a feature of its own (one-hot) in column0"));
}

/// 16 MiB of outputs, which are computed together, are 5,120 rows of 784 numbers.
TEST_F(Limits, OutputsAreComputedSomeRowsAtATimeWithTheSameBits) {
  constexpr int64_t kRows = 5600, kFirst = 5120;
  train("dense.toml", "run", {"--epochs", "1"});
  write_rows("all.npy", {kRows, 28, 28});
  write_rows("last.npy", {kRows - kFirst, 28, 28}, kFirst);
  for (const std::string verb : {"reconstruct", "encode"})
    for (const std::string rows : {"all", "last"})
      ASSERT_TRUE(succeeded(run({verb, "run", "--data", rows + ".npy", "-o", verb + "-" + rows + ".npy"})));
  for (const std::string verb : {"reconstruct", "encode"}) {
    const std::string all = read(verb + "-all.npy"), last = read(verb + "-last.npy");
    const size_t numbers = (kRows - kFirst) * (verb == "encode" ? 12 : 784) * sizeof(float);
    ASSERT_GT(last.size(), numbers);
    EXPECT_TRUE(all.substr(all.size() - numbers) == last.substr(last.size() - numbers)) << verb;
  }
}

TEST_F(Limits, ScoresAreTheSameWithAndWithoutARate) {
  std::string rows = "a,b\n";
  for (int i = 0; i < 60; ++i) rows += fmt::format("{},{}\n", i % 7, i == 31 ? 900 : i % 5);
  write("table.csv", rows);
  ASSERT_TRUE(succeeded(
      run({"train", "--anomalies", "--data", "table.csv", "--epochs", "2", "--output-dir", "run", "--threads", "1"})));
  ASSERT_TRUE(succeeded(run({"score", "run", "-o", "plain.csv"})));
  ASSERT_TRUE(succeeded(run({"score", "run", "-o", "rate.csv", "--rate", "0.1"})));
  const auto plain = table("plain.csv"), rate = table("rate.csv");
  ASSERT_EQ(plain.size(), 61u);
  ASSERT_EQ(rate.size(), 61u);
  for (size_t i = 1; i < plain.size(); ++i) {
    EXPECT_EQ(plain[i][1], rate[i][1]) << "score of row " << i - 1;
    EXPECT_EQ(plain[i][3], rate[i][3]) << "first feature of row " << i - 1;
  }
  EXPECT_EQ(rate[32][2], "1") << "row 31";
}

TEST_F(Limits, AReportOfManyFeaturesIsSmallAndQuick) {
  write_rows("wide.npy", {12, 110'000});
  write("wide.toml",
        "[data]\nsource = \"wide.npy\"\n[model]\nencoder = [{ dense = 4 }]\ndecoder = [{ dense = 110000 }]\n"
        "[train]\nepochs = 1\nbatch_size = 12\n");
  ASSERT_TRUE(succeeded(run_within(RLIMIT_CPU, 60, training("wide.toml", "run"))));
  const std::string page = read("run/report.html");
  EXPECT_LT(page.size(), size_t{2'000'000});
  EXPECT_TRUE(is_png(read("run/reconstructions.png")));
  EXPECT_TRUE(contains(page, "</html>"));
}

TEST_F(Limits, AReportShowsTheBeginningOfLongLists) {
  std::string names, zeros, ignored;
  for (int j = 0; j < 300; ++j) {
    names += fmt::format(",a_long_name_of_column_{}", j);
    zeros += ",0";
    ignored += fmt::format("{}\"a_long_name_of_column_{}\"", j ? ", " : "", j);
  }
  std::string text = "x,y" + names + "\n";
  for (int i = 0; i < 12; ++i) text += fmt::format("{},{}{}\n", i % 5, i % 7, zeros);
  write("table.csv", text);
  write("table.toml", "[data]\nsource = \"table.csv\"\nscale = \"standard\"\nignore = [" + ignored +
                          "]\n[model]\nencoder = [{ dense = 1 }]\ndecoder = [{ dense = 2 }]\n[train]\nepochs = 1\n");
  train("table.toml", "run");
  const std::string page = read("run/report.html");
  EXPECT_TRUE(contains(page, "a_long_name_of_column_10"));
  EXPECT_TRUE(contains(page, " characters)"));
  EXPECT_FALSE(contains(page, "a_long_name_of_column_299"));
  EXPECT_TRUE(contains(read("run/recipe.toml"), "a_long_name_of_column_299"));
}

TEST_F(Limits, AComparisonHasAtMostTenModels) {
  Words words = {"compare"};
  words.insert(words.end(), 11, "run");
  words.insert(words.end(), {"-o", "comparison"});
  EXPECT_TRUE(refused(run(words), {"11 models, at most 10"}));
}

}  // namespace
}  // namespace hourglass::cli_test

#include <algorithm>
#include <cctype>
#include <cmath>

#include "cli/workspace.h"
#include "hourglass/base/version.h"

namespace hourglass::cli_test {
namespace {

namespace fs = std::filesystem;

const fs::path kFolder = fs::path(HOURGLASS_TESTS) / "compat";

std::vector<std::string> folders_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.is_directory()) names.push_back(entry.path().filename());
  return names;
}

TEST(Compatibility, IsTestedWithThisVersionToo) {
  EXPECT_TRUE(fs::exists(kFolder / hourglass::version())) << "make it with tests/compat/make";
}

/// What an earlier version, or this one, left behind.
class EarlierVersion : public Workspace, public testing::WithParamInterface<std::string> {
 protected:
  EarlierVersion() {
    for (const char* data : {"images.npy", "rows.npy", "table.csv"}) fs::copy(kFolder / data, path(data));
    fs::copy(kFolder / GetParam(), path("."), fs::copy_options::recursive | fs::copy_options::overwrite_existing);
    runs_ = folders_in(kFolder / GetParam());
  }

  /// Resumes a run with its resolved recipe.
  Outcome resume(const std::string& run) const { return train(run + "/recipe.toml", run, {"--resume"}); }

  static void expect_near(const nlohmann::json& found, const nlohmann::json& expected) {
    ASSERT_EQ(found.type(), expected.type());
    for (const auto& [key, value] : expected.items()) {
      SCOPED_TRACE(key);
      ASSERT_TRUE(found.contains(key));
      if (value.is_object()) {
        expect_near(found[key], value);
      } else {
        const double number = value;
        EXPECT_NEAR(found[key].get<double>(), number, 1e-4 * std::abs(number));
      }
    }
  }

  std::vector<std::string> runs_;
};

TEST_P(EarlierVersion, LeftModelsThatMeasureTheSame) {
  const auto expected = nlohmann::json::parse(read("expected.json"));
  EXPECT_EQ(expected.size(), runs_.size());
  for (const auto& [run, metrics] : expected.items()) {
    SCOPED_TRACE(run);
    // All rows, as earlier versions measured: without --split, validation rows are measured where there are some.
    expect_near(eval(run, {"--split", "all", "--metrics", "mse,contractive,l0"}), metrics);
  }
}

TEST_P(EarlierVersion, LeftThresholdsAndNamesThatScoreTheSame) {
  for (const std::string& run : runs_) {
    if (!fs::exists(path(run + "/scores.csv"))) continue;
    ASSERT_TRUE(succeeded(this->run({"score", run, "--output", "scores.csv"})));
    const auto expected = table(run + "/scores.csv"), found = table("scores.csv");
    ASSERT_EQ(found.size(), expected.size());
    EXPECT_EQ(std::ranges::count(found[0], "label"), 1) << "the name of `anomaly` in version 0.1";
    for (size_t i = 1; i < expected.size(); ++i) {
      EXPECT_NEAR(std::stod(found[i].at(1)), std::stod(expected[i].at(1)), 1e-4) << "row " << i - 1;
      for (const size_t j : {0, 2, 3}) EXPECT_EQ(found[i].at(j), expected[i].at(j)) << "row " << i - 1;
    }
  }
}

TEST_P(EarlierVersion, LeftFinishedRunsThatStayAsTheyAre) {
  for (const std::string& run : runs_) {
    const auto before = metrics(run);
    EXPECT_FALSE(contains(resume(run).err, "starting at the beginning"));
    EXPECT_EQ(metrics(run), before);
  }
}

TEST_P(EarlierVersion, LeftCheckpointsToResumeFrom) {
  for (const std::string& run : runs_) {
    const auto before = metrics(run);
    fs::remove(path(run + "/checkpoint/newest.safetensors"));
    EXPECT_TRUE(contains(resume(run).err, "after epoch 2"));
    const auto after = metrics(run);
    ASSERT_EQ(after.size(), before.size());
    for (size_t i = 0; i < before.size(); ++i) expect_near(after[i], before[i]);
  }
}

INSTANTIATE_TEST_SUITE_P(Compatibility, EarlierVersion, testing::ValuesIn(folders_in(kFolder)), [](const auto& info) {
  std::string name = info.param;
  std::ranges::replace_if(
      name, [](char c) { return !std::isalnum(c); }, '_');
  return name;
});

}  // namespace
}  // namespace hourglass::cli_test

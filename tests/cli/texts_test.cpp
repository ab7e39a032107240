#include <fmt/format.h>

#include <algorithm>

#include "cli/workspace.h"
#include "hourglass/base/text.h"

namespace hourglass::cli_test {
namespace {

namespace fs = std::filesystem;

/// Names, labels and paths from files that would be commands, markup or formulas elsewhere.
class Texts : public Workspace {
 protected:
  /// Rows with this name for the first column, and this text as every second label from row `first` on.
  void write_table(const std::string& name, const std::string& label, int first = 0) const {
    std::string rows = name + ",b,kind\n";
    for (int i = 0; i < first + 60; ++i)
      rows += fmt::format("{},{},{}\n", i % 7, (3 * i) % 11, i >= first && i % 2 ? label : "plain");
    write("table.csv", rows);
  }
  Outcome train_table(const std::string& folder, const Words& more = {}) const {
    Words words = {"train", "--data", "table.csv", "--epochs", "1", "--output-dir", folder};
    words.insert(words.end(), more.begin(), more.end());
    const Outcome outcome = run(words);
    EXPECT_TRUE(succeeded(outcome));
    return outcome;
  }
};

/// The program wrote text that is UTF-8 and holds no control characters but tabs and line ends.
testing::AssertionResult is_harmless(const std::string& text) {
  if (text == printable_lines(text)) return testing::AssertionSuccess();
  return testing::AssertionFailure() << printable_lines(text);
}

testing::AssertionResult is_harmless(const Outcome& outcome) {
  const auto out = is_harmless(outcome.out);
  return out ? is_harmless(outcome.err) : out;
}

const std::string kEscapes = "x\x1b]0;title\x07\x1b[2J\u009b1m\u202Etxt\xff";

TEST_F(Texts, DoNotReachTheTerminalFromArguments) {
  const std::vector<Words> commands = {{"info", kEscapes},
                                       {"eval", kEscapes},
                                       {"train", kEscapes},
                                       {"train", "--data", kEscapes},
                                       {"data", "inspect", kEscapes},
                                       {"data", "fetch", kEscapes},
                                       {"report", kEscapes},
                                       {"recipes", "show", kEscapes},
                                       {"train", "dense.toml", "--set", kEscapes + "=1"},
                                       {"train", "dense.toml", "--set", "data." + kEscapes + "=1"},
                                       {"train", "dense.toml", "--init", kEscapes},
                                       {kEscapes},
                                       {"train", "--" + kEscapes},
                                       {"train", "dense.toml", "--epochs", kEscapes}};
  for (const Words& words : commands) {
    const Outcome outcome = run(words);
    EXPECT_EQ(outcome.code, 2) << words[0];
    EXPECT_TRUE(contains(outcome.err, "\\u001b]0;title")) << words[0];
    EXPECT_TRUE(is_harmless(outcome)) << words[0];
  }
}

TEST_F(Texts, DoNotReachTheTerminalFromFiles) {
  const std::string name = "a\u009b2J\u202E";
  write_table(name, "z\x1b]0;y\x07", 700);  // the first 4 kB with a control character are taken for no table
  EXPECT_TRUE(is_harmless(run({"data", "inspect", "table.csv"})));
  EXPECT_TRUE(is_harmless(train_table("run", {"--set", "data.label=kind", "--anomalies"})));
  for (const Words& words : std::vector<Words>{{"info", "run"},
                                               {"eval", "run"},
                                               {"score", "run", "-o", "s.csv"},
                                               {"reconstruct", "run", "-o", "r.csv"},
                                               {"report", "run"},
                                               {"train", "--resume", "run"}}) {
    const Outcome outcome = run(words);
    EXPECT_TRUE(succeeded(outcome));
    EXPECT_TRUE(is_harmless(outcome)) << words[0];
  }
  EXPECT_TRUE(contains(run({"data", "inspect", "table.csv"}).out, "a\\u009b2J\\u202e"));
  EXPECT_TRUE(contains(read("s.csv"), name)) << "files hold names as they are";
}

TEST_F(Texts, StayExactInJson) {
  std::string recipe = read("dense.toml");
  write("described.toml", "description = \"a \\u001b[1m b\"\n" + recipe);
  const Outcome info = run({"info", "described.toml", "--json"});
  ASSERT_TRUE(succeeded(info));
  EXPECT_EQ(nlohmann::json::parse(info.out)["recipe"]["description"], "a \x1b[1m b");
  EXPECT_TRUE(contains(run({"info", "described.toml"}).out, "a \\u001b[1m b"));
}

TEST_F(Texts, CannotLookLikeAMessageOfTheProgram) {
  EXPECT_TRUE(contains(run({"info", "x\nerror: all is well"}).err, "x\n  error: all is well"));
}

TEST_F(Texts, ArePathsThatAreNotUtf8) {
  write_table("a", "b");
  const Outcome trained = train_table("run\xff", {"--json"});
  EXPECT_EQ(nlohmann::json::parse(trained.out)["run"], "run\uFFFD");
  EXPECT_EQ(first_not_utf8(read("run\xff/report.html")), std::nullopt);
  const Outcome compared = run({"compare", "run\xff", "run\xff", "-o", "both\xff", "--json"});
  ASSERT_TRUE(succeeded(compared));
  EXPECT_EQ(nlohmann::json::parse(compared.out)["models"][0]["name"], "run\uFFFD");
  EXPECT_EQ(first_not_utf8(read("both\xff/compare.html")), std::nullopt);
  fs::rename(path("table.csv"), path("t\xff.csv"));
  EXPECT_TRUE(refused(run({"train", "--data", "t\xff.csv", "--output-dir", "other"}), {"t\\xff.csv", "not UTF-8"}));
  EXPECT_FALSE(exists("other"));
}

TEST_F(Texts, AreNoMarkupInAReport) {
  write_table("<script>alert(1)</script>", "x\"><img src=x onerror=alert(1)>");
  fs::create_directory(path("x'\"><script>"));
  train_table("x'\"><script>/run", {"--set", "data.label=kind", "--anomalies"});
  ASSERT_TRUE(succeeded(run({"compare", "x'\"><script>/run", "x'\"><script>/run", "-o", "both"})));
  for (const std::string& page : {read("x'\"><script>/run/report.html"), read("both/compare.html")})
    for (const char* markup : {"<script", "<img src=x"}) EXPECT_EQ(page.find(markup), std::string::npos) << markup;
}

TEST_F(Texts, AreNoFormulasInResults) {
  write_table("=1+1", "=cmd()");
  train_table("run", {"--set", "data.label=kind"});
  ASSERT_TRUE(succeeded(run({"reconstruct", "run", "--keep", "kind", "-o", "r.csv"})));
  const auto table = this->table("r.csv");
  EXPECT_EQ(table[0], (Words{"kind", "'=1+1", "b"}));
  EXPECT_EQ(table[2][0], "'=cmd()");
  ASSERT_TRUE(succeeded(run({"reconstruct", "run", "--data", "r.csv", "--keep", "kind", "-o", "again.csv"})))
      << "the program reads what it writes";
  EXPECT_EQ(this->table("again.csv")[0], table[0]);
  EXPECT_EQ(this->table("again.csv")[2][0], table[2][0]);
}

TEST_F(Texts, OfAnyLengthMakeShortMessages) {
  std::string names, row;
  for (int i = 0; i < 5000; ++i) {
    names += fmt::format("{}column {} {}", i ? "," : "", i, std::string(100, 'x'));
    row += i ? ",1" : "1";
  }
  write("wide.csv", names + "\n" + row + "\n" + row + "\n");
  const Outcome outcome =
      run({"train", "--data", "wide.csv", "--set", "data.label=" + std::string(100'000, 'y'), "--output-dir", "run"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_LT(outcome.err.size(), 20'000u);
  EXPECT_TRUE(contains(outcome.err, "and 4980 more"));
}

TEST_F(Texts, NameNoFolderOutsideOfRuns) {
  write_table("a", "b");
  ASSERT_TRUE(succeeded(run({"train", "--data", "table.csv", "--epochs", "1", "--output-dir", "run"})));
  fs::copy(path("run/recipe.toml"), path("...toml"));
  ASSERT_TRUE(succeeded(run({"train", "...toml"})));
  EXPECT_TRUE(exists("runs/data/recipe.toml"));
  EXPECT_FALSE(exists("recipe.toml"));
}

TEST_F(Texts, AreQuotedInSuggestedCommands) {
  write_table("a", "b");
  fs::rename(path("table.csv"), path("my table; rm.csv"));
  const std::string out = run({"data", "inspect", "my table; rm.csv"}).out;
  EXPECT_TRUE(contains(out, "`hourglass train --data 'my table; rm.csv'`"));
  EXPECT_TRUE(contains(out, "--anomalies --data 'my table; rm.csv'`"));
}

}  // namespace
}  // namespace hourglass::cli_test

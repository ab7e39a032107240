#include <fmt/format.h>

#include <cmath>

#include "cli/workspace.h"
#include "hourglass/data/table.h"

namespace hourglass::cli_test {
namespace {

namespace fs = std::filesystem;

/// Files of results, which can be read as data again.
class Results : public Workspace {
 protected:
  /// A table with two categorical columns, an id that is no feature and a label.
  static std::string table_text() {
    std::string text = "id,size,city,\"kind, or type\",note,verdict\n";
    for (int i = 0; i < 60; ++i)
      text += fmt::format("00{},{:.2f},{},{},\"say \"\"{}\"\", twice\",{}\n", i, std::sin(i),
                          i % 3 ? "Bern" : "\"Rome, Italy\"", i % 2 ? "a=b" : "c;d", i, i % 20 ? "good" : "bad");
    return text;
  }

  void train_table() const {
    write("t.csv", table_text());
    ASSERT_TRUE(succeeded(run({"train", "--data", "t.csv", "--epochs", "3", "--output-dir", "run", "--set",
                               "data.ignore=[\"id\", \"note\"]", "--set", "data.label=verdict", "--set",
                               "data.categorical=[\"city\", \"kind, or type\"]", "--set", "anomaly.quantile=0.9"})));
  }
};

std::vector<std::string> names_in(const std::string& text) {
  std::vector<std::string> names;
  for (const TableColumn& c : scan_table(text, "f").columns) names.push_back(c.name);
  return names;
}

TEST_F(Results, ReconstructionsHaveTheColumnsOfTheTable) {
  train_table();
  ASSERT_TRUE(succeeded(run({"reconstruct", "run", "-o", "r.csv"})));
  EXPECT_EQ(names_in(read("r.csv")), (Words{"size", "city", "kind, or type"}));
  const Table table = scan_table(read("r.csv"), "r.csv");
  EXPECT_EQ(table.rows, 60);
  for (const std::string& word : table.columns[1].words) EXPECT_TRUE(word == "Bern" || word == "Rome, Italy") << word;
  for (const std::string& word : table.columns[2].words) EXPECT_TRUE(word == "a=b" || word == "c;d") << word;
  for (const Words& words :
       {Words{"score", "run", "--data", "r.csv", "-o", "s.csv"},
        Words{"encode", "run", "--data", "r.csv", "-o", "codes.csv"},
        Words{"decode", "run", "--data", "codes.csv", "-o", "d.csv"},
        Words{"reconstruct", "run", "--data", "d.csv", "-o", "again.csv"}, Words{"data", "inspect", "r.csv"}})
    EXPECT_TRUE(succeeded(run(words)));
}

TEST_F(Results, TheProbabilitiesOfAColumnSumToOne) {
  train_table();
  ASSERT_TRUE(succeeded(run({"reconstruct", "run", "-o", "r.csv", "--probabilities"})));
  const Table table = scan_table(read("r.csv"), "r.csv");
  EXPECT_EQ(names_in(read("r.csv")),
            (Words{"size", "city=Bern", "city=Rome, Italy", "kind, or type=a=b", "kind, or type=c;d"}));
  for (size_t first : {1, 3}) {
    EXPECT_NEAR(table.columns[first].sum + table.columns[first + 1].sum, 60, 1e-4);
    EXPECT_GE(table.columns[first].low, 0);
  }
}

TEST_F(Results, OfColumnsThatMakeTheSameFeatureOneIsLeftOut) {
  std::string text = "k=A,k,v\n";
  for (int i = 0; i < 16; ++i) text += fmt::format("{},{},{}\n", 5 * i % 7 + 0.5, i % 2 ? "B" : "A", i * i);
  write("d.csv", text);
  const Words train = {"train", "--data", "d.csv", "--epochs", "3", "--output-dir", "run"};
  ASSERT_TRUE(succeeded(run(train))) << "what is suggested trains";
  ASSERT_TRUE(succeeded(run({"reconstruct", "run", "-o", "r.csv"})));
  EXPECT_TRUE(succeeded(run({"score", "run", "--data", "d.csv", "-o", "s.csv"})));
}

TEST_F(Results, KeepColumnsOfTheTable) {
  train_table();
  ASSERT_TRUE(succeeded(run({"score", "--keep", "id,verdict", "--keep", "note", "run", "-o", "s.csv", "--top", "1"})));
  const std::string scores = read("s.csv");
  EXPECT_EQ(names_in(scores),
            (Words{"row", "score", "anomaly", "id", "verdict", "note", "feature_1", "share_1", "label"}));
  EXPECT_TRUE(contains(scores, ",000,bad,\"say \"\"0\"\", twice\","));
  EXPECT_TRUE(contains(scores, ",0059,good,\"say \"\"59\"\", twice\","));
  ASSERT_TRUE(succeeded(run({"encode", "run", "-o", "c.csv", "--keep", "\"kind, or type\",id"})));
  EXPECT_EQ(read("c.csv").substr(0, 26), "\"kind, or type\",id,code_1,");
  EXPECT_TRUE(succeeded(run({"decode", "run", "--data", "c.csv", "-o", "d.csv"})));
  ASSERT_TRUE(succeeded(run({"reconstruct", "run", "-o", "r.csv", "--keep", "id", "--keep", "size"})));
  EXPECT_EQ(names_in(read("r.csv")), (Words{"id", "size_input", "size", "city", "kind, or type"}));
  EXPECT_TRUE(succeeded(run({"score", "run", "--data", "r.csv", "-o", "s.csv", "--keep", "size_input"})));
}

TEST_F(Results, AKeptColumnReplacesTheOldNameOfAnomaly) {
  write("t.csv", "x,y,label\n1,2,a\n2,3,a\n4,1,a\n3,3,b\n");
  ASSERT_TRUE(succeeded(
      run({"train", "--data", "t.csv", "--epochs", "1", "--output-dir", "run", "--set", "data.label=label"})));
  ASSERT_TRUE(succeeded(run({"score", "run", "-o", "s.csv", "--top", "0", "--keep", "label,x"})));
  EXPECT_EQ(table("s.csv")[0], (Words{"row", "score", "anomaly", "label", "x"}));
  EXPECT_EQ(table("s.csv")[4].at(3), "b");
}

TEST_F(Results, RefuseToKeepWhatIsNotThere) {
  train_table();
  const auto ask = [&](const Words& words, const Words& parts) { EXPECT_TRUE(refused(run(words), parts)); };
  ask({"score", "run", "-o", "s.csv", "--keep", "verdct"}, {"t.csv", "\"verdct\"", "did you mean \"verdict\"?"});
  ask({"encode", "run", "-o", "s.csv", "--keep", "id,nte"}, {"t.csv", "\"nte\"", "did you mean \"note\"?"});
  ask({"score", "run", "-o", "s.npy", "--keep", "id"}, {"s.npy", "--keep", ".csv"});
  ASSERT_TRUE(succeeded(run({"encode", "run", "-o", "codes.npy"})));
  ask({"reconstruct", "run", "--data", "codes.npy", "-o", "s.csv", "--keep", "id"}, {"codes.npy", "\"id\""});
  EXPECT_FALSE(exists("s.csv"));
}

/// Tables of users that showed a fault.
TEST_F(Results, OfTheCaseWithAColumnNamedLikeACategory) {
  const std::string folder = HOURGLASS_SOURCE "/../shared/cases/reconstruct-categories";
  if (!fs::exists(folder)) GTEST_SKIP() << folder << " is not there";
  fs::copy(folder + "/d.csv", path("d.csv"));
  ASSERT_TRUE(succeeded(run({"train", "--data", "d.csv", "--epochs", "3", "--output-dir", "run"})));
  ASSERT_TRUE(succeeded(run({"reconstruct", "run", "-o", "r.csv"})));
  EXPECT_TRUE(contains("," + read("r.csv"), ",k,"));
  EXPECT_TRUE(succeeded(run({"score", "run", "--data", "r.csv", "-o", "s.csv"})));
}

TEST_F(Results, OfTheCaseOfATensorBesideAnother) {
  const std::string file = HOURGLASS_SOURCE "/../shared/cases/safetensors-neighbour-dtype/two.safetensors";
  if (!fs::exists(file)) GTEST_SKIP() << file << " is not there";
  EXPECT_TRUE(succeeded(run({"data", "inspect", file + ":x"})));
}

}  // namespace
}  // namespace hourglass::cli_test

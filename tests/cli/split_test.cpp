#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cli/workspace.h"
#include "hourglass/data/formats/npy.h"

namespace hourglass::cli_test {
namespace {

/// Points near a curve in four dimensions, with a text label and an integer one.
std::string curve(int first, int rows) {
  std::string text = "a,b,c,d,kind,group\n";
  for (int i = first; i < first + rows; ++i) {
    const double t = 0.1 * i, noise = std::sin(91.7 * i);
    text += fmt::format("{:.6f},{:.6f},{:.6f},{:.6f},{},{}\n", std::sin(t), std::cos(t) + 0.1 * noise,
                        std::sin(2 * t) - 0.05 * noise, 0.3 * noise, std::sin(t) > 0 ? "high" : "low", i % 3);
  }
  return text;
}

class Parts : public Workspace {
 protected:
  Parts() {
    write("people.csv", curve(0, 200));
    write("more.csv", curve(200, 30));
  }

  Words label(const std::string& column = "kind") const {
    return {"--set", "data.label=" + column, "--set",
            fmt::format("data.ignore=[\"{}\"]", column == "kind" ? "group" : "kind")};
  }
  void train_table(const std::string& output, const Words& more = {}) const {
    Words words = {"train", "--data", "people.csv", "--output-dir", output, "--epochs", "12", "--threads", "1"};
    const Words columns = label();
    words.insert(words.end(), columns.begin(), columns.end());
    words.insert(words.end(), more.begin(), more.end());
    EXPECT_TRUE(succeeded(run(words)));
  }
  std::string measured(const Words& more = {}) const {
    Words words = {"eval", "run"};
    words.insert(words.end(), more.begin(), more.end());
    const Outcome outcome = run(words);
    EXPECT_TRUE(succeeded(outcome));
    return outcome.out.substr(0, outcome.out.find('\n'));
  }
  /// The smallest validation loss of the run, whose weights early stopping keeps.
  nlohmann::json best_epoch() const {
    const auto epochs = metrics("run");
    return *std::ranges::min_element(
        epochs, {}, [](const nlohmann::json& e) { return e["validation"]["reconstruction"].get<double>(); });
  }
  double mse(const Words& more = {}) const { return eval("run", more)["mse"]; }
};

TEST_F(Parts, WithoutARecipeRowsAreHeldOutAndEvalMeasuresThem) {
  train_table("run");
  const std::string recipe = read("run/recipe.toml");
  EXPECT_TRUE(contains(recipe, "validation = 0.1\n"));
  EXPECT_TRUE(contains(recipe, "early_stopping = "));
  EXPECT_EQ(measured(), "people.csv validation: 20 rows");
  EXPECT_EQ(measured({"--split", "validation"}), "people.csv validation: 20 rows");
  EXPECT_TRUE(measured({"--split", "train"}).starts_with("people.csv train: 180 rows, which the model was trained on"));
  EXPECT_TRUE(measured({"--split", "all"}).starts_with("people.csv: 200 rows, which the model was trained on"));
  EXPECT_TRUE(measured({"--data", "people.csv"}).starts_with("people.csv: 200 rows, which the model was trained on"));
  EXPECT_EQ(measured({"--data", "more.csv"}), "more.csv: 30 rows");
  EXPECT_EQ(measured({"--test", "more.csv"}), "more.csv: 30 rows");
  EXPECT_EQ(eval("run", {"--test", "more.csv"}), eval("run", {"--data", "more.csv"}));
  const double all = (20 * mse() + 180 * mse({"--split", "train"})) / 200;
  EXPECT_NEAR(mse({"--split", "all"}), all, 1e-6 * all) << "every row is in one part";
}

TEST_F(Parts, WithoutValidationRowsNothingStopsEarly) {
  train_table("run", {"--set", "data.validation=0"});
  EXPECT_TRUE(contains(read("run/recipe.toml"), "validation = 0.0\n"));
  EXPECT_FALSE(contains(read("run/recipe.toml"), "early_stopping"));
  EXPECT_TRUE(measured().starts_with("people.csv: 200 rows, which the model was trained on"));
}

TEST_F(Parts, TheHeldOutRowsAreThoseOfTheTraining) {
  train_table("run", {"--set", "data.test=0.2"});
  const auto best = best_epoch();
  const auto expect_loss = [&](const std::string& part) {
    const double loss = best[part]["reconstruction"];
    EXPECT_NEAR(mse({"--split", part}), loss, 1e-9 * loss) << part;
  };
  expect_loss("validation");
  expect_loss("test");
  EXPECT_EQ(mse(), mse({"--split", "test"}));
  EXPECT_EQ(measured(), "people.csv test: 40 rows");
  EXPECT_EQ(measured({"--split", "validation"}), "people.csv validation: 20 rows") << "20 of 160";
  EXPECT_TRUE(measured({"--split", "train"}).starts_with("people.csv train: 140 rows"));
  EXPECT_TRUE(measured({"--split", "all"}).starts_with("people.csv: 200 rows"));
}

TEST_F(Parts, ATestPartMayBeAnotherFile) {
  train_table("run", {"--set", "data.test=more.csv"});
  const double loss = best_epoch()["test"]["reconstruction"];
  EXPECT_NEAR(mse(), loss, 1e-9 * loss);
  EXPECT_EQ(measured(), "more.csv: 30 rows");
  EXPECT_EQ(mse({"--split", "test"}), mse({"--data", "more.csv"}));
  EXPECT_EQ(measured({"--split", "validation"}), "people.csv validation: 20 rows");
}

TEST_F(Parts, APartThatDoesNotExistIsAnErrorWithTheWayOut) {
  train_table("run");
  EXPECT_TRUE(
      refused(run({"eval", "run", "--split", "test"}), {"people.csv: no test part", "--test FILE", "data.test"}));
  EXPECT_TRUE(refused(run({"eval", "run", "--split", "validation", "--data", "more.csv"}),
                      {"more.csv: validation rows belong to people.csv", "--data"}));
  EXPECT_TRUE(refused(run({"eval", "run", "--split", "train", "--test", "more.csv"}), {"--split", "--test"}));
  train("dense.toml", "plain", {"--epochs", "1"});
  EXPECT_TRUE(refused(run({"eval", "plain", "--split", "validation"}), {"without validation rows", "data.validation"}));
  EXPECT_TRUE(refused(run(training("dense.toml", "never", {"--set", "data.test=0.2"})),
                      {"data.test = 0.2", "have a test part", "leave the key out"}));
  write("numbers.csv", "x,y\n1.5,2.5\n3.5,4.5\n2.5,0.5\n");
  EXPECT_TRUE(refused(run(training("dense.toml", "never", {"--set", "data.test=numbers.csv"})),
                      {"numbers.csv: samples are 2", "1 × 28 × 28"}));
  EXPECT_FALSE(exists("never"));
}

TEST_F(Parts, ARecipeWithoutValidationHoldsNothingOut) {
  train("conv.toml", "run", {"--epochs", "1"});
  EXPECT_TRUE(measured().ends_with("640 rows, which the model was trained on (--test FILE measures others)"));
}

TEST_F(Parts, EncodeWritesEveryRowOrThoseOfAPart) {
  train_table("run", {"--set", "data.test=0.2"});
  const auto rows = [&](const Words& more) {
    Words words = {"encode", "run", "-o", "codes.npy"};
    words.insert(words.end(), more.begin(), more.end());
    EXPECT_TRUE(succeeded(run(words)));
    return parse_npy(read("codes.npy"), "codes.npy").shape[0];
  };
  EXPECT_EQ(rows({}), 200);
  EXPECT_EQ(rows({"--split", "test"}), 40);
  EXPECT_EQ(rows({"--split", "validation"}), 20);
  EXPECT_EQ(rows({"--split", "train"}), 140);
}

TEST_F(Parts, LabelsOfATableServeEveryClassifier) {
  for (const char* column : {"kind", "group"}) {
    const std::string output = std::string("run-") + column;
    Words words = {"train", "--data", "people.csv", "--output-dir", output, "--epochs", "3"};
    const Words columns = label(column);
    words.insert(words.end(), columns.begin(), columns.end());
    ASSERT_TRUE(succeeded(run(words)));
    for (const Words& how :
         {Words{}, Words{"--raw"}, Words{"--fine-tune", "--epochs", "2"}, Words{"--test", "more.csv"}}) {
      Words probe = {"probe", output, "--json"};
      probe.insert(probe.end(), how.begin(), how.end());
      const Outcome outcome = run(probe);
      ASSERT_TRUE(succeeded(outcome));
      EXPECT_TRUE(nlohmann::json::parse(outcome.out).contains("error"));
    }
    const auto all = eval(output, {"--metrics", "probe_error,knn_error"});
    EXPECT_TRUE(all.contains("probe_error") && all.contains("knn_error"));
    EXPECT_TRUE(contains(read(output + "/report.html"), "Colour and mark show the label"));
  }
  const Outcome compared = run({"compare", "run-kind", "run-kind", "-o", "both", "--metrics", "knn_error", "--json"});
  ASSERT_TRUE(succeeded(compared));
  EXPECT_EQ(nlohmann::json::parse(compared.out)["models"][0]["metrics"]["knn_error"],
            eval("run-kind", {"--metrics", "knn_error"})["knn_error"]);
}

TEST_F(Parts, AHeldOutRowWithARareLabelIsLeftOutOfTheProbe) {
  train_table("run", {"--set", "data.test=0.2"});
  ASSERT_TRUE(succeeded(run({"encode", "run", "--split", "test", "-o", "test.npy"})));
  // Give one test row a label of its own: the rows of the parts stay the same.
  ASSERT_TRUE(succeeded(run({"encode", "run", "-o", "all.npy"})));
  const auto values = [&](const std::string& file) {
    return std::get<std::vector<float>>(parse_npy(read(file), file).values);
  };
  const auto part = values("test.npy"), all = values("all.npy");
  size_t row = 0;
  while (all[row] != part[0]) ++row;
  const size_t line = row / (all.size() / 200) + 1;
  std::string text = curve(0, 200);
  size_t at = 0;
  for (size_t i = 0; i < line; ++i) at = text.find('\n', at) + 1;
  const size_t kind = text.find(text.find("high", at) < text.find("low", at) ? "high" : "low", at);
  write("people.csv", text.substr(0, kind) + "rare" + text.substr(text.find(',', kind)));
  train_table("rare", {"--set", "data.test=0.2"});
  const Outcome outcome = run({"probe", "rare"});
  EXPECT_TRUE(succeeded(outcome));
  EXPECT_TRUE(contains(outcome.err, "note: people.csv test: 1 of 40 rows are left out"));
  EXPECT_TRUE(contains(outcome.out, "people.csv test: 39 rows, after learning from 160"));
}

TEST_F(Parts, ModelsThatHoldOutDifferentRowsAreComparedOnAll) {
  train_table("a");
  train_table("b", {"--seed", "7"});
  const Words compare = {"compare", "a", "b", "-o", "both", "--json"};
  const Outcome outcome = run(compare);
  ASSERT_TRUE(succeeded(outcome));
  EXPECT_TRUE(contains(outcome.err, "the models held out different rows of people.csv"));
  EXPECT_EQ(nlohmann::json::parse(outcome.out)["rows"], 200);
  Words test = compare, part = compare;
  test.insert(test.end(), {"--test", "more.csv"});
  EXPECT_EQ(nlohmann::json::parse(run(test).out)["rows"], 30);
  part.insert(part.end(), {"--split", "validation"});
  EXPECT_TRUE(refused(run(part), {"held out different rows", "--split validation"}));
}

}  // namespace
}  // namespace hourglass::cli_test

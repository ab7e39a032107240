#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "cli/workspace.h"
#include "data/idx_bytes.h"
#include "hourglass/data/formats/idx.h"

namespace hourglass::cli_test {
namespace {

namespace fs = std::filesystem;

/// The names of the recipes' folder.
std::vector<std::string> shipped() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(HOURGLASS_SOURCE "/recipes")) names.push_back(entry.path().stem());
  std::sort(names.begin(), names.end());
  return names;
}

class Verbs : public Workspace {
 protected:
  std::string said(const Words& words) const {
    const Outcome outcome = run(words);
    EXPECT_TRUE(succeeded(outcome));
    return outcome.out;
  }
  nlohmann::json json(const Words& words) const { return nlohmann::json::parse(said(words)); }
};

TEST_F(Verbs, HelpAndVersion) {
  EXPECT_TRUE(said({"--version"}).starts_with("hourglass "));
  for (const char* verb : {"train", "eval", "probe", "encode", "decode", "reconstruct", "sample", "interpolate",
                           "score", "export", "info", "recipes", "data", "gradcheck", "find-rate", "doctor"}) {
    EXPECT_TRUE(contains(said({"--help"}), verb));
    EXPECT_TRUE(contains(said({verb, "--help"}), "--help"));
  }
}

TEST_F(Verbs, ResultsThatCannotBeWrittenAreAFailure) {
  train("dense.toml", "run", {"--data", kImages, "--epochs", "1"});
  const auto to_full_disk = [] { ::dup2(::open("/dev/full", O_WRONLY), STDOUT_FILENO); };
  const auto to_nowhere = [] { ::close(STDOUT_FILENO); };
  for (const Words& words : std::vector<Words>{{"--help"},
                                               {"--version"},
                                               {"eval", "run", "--json"},
                                               {"info", "run"},
                                               {"data", "inspect", kImages},
                                               {"recipes"},
                                               {"recipes", "--json"},
                                               {"models", "--json"},
                                               {"man"}}) {
    EXPECT_TRUE(failed(1, run_after(to_full_disk, words), {"cannot write"})) << words[0];
    EXPECT_TRUE(failed(1, run_after(to_nowhere, words), {"cannot write"})) << words[0];
  }
}

TEST_F(Verbs, RecipesListsThoseOfTheFolder) {
  std::vector<std::string> listed;
  for (const auto& recipe : json({"recipes", "--json"})) {
    listed.push_back(recipe["name"]);
    EXPECT_FALSE(recipe["description"].get<std::string>().empty());
    EXPECT_TRUE(contains(said({"recipes"}), recipe["name"]));
  }
  EXPECT_EQ(listed, shipped());
}

TEST_F(Verbs, RecipesShowsOneToStartFrom) {
  const std::string text = said({"recipes", "show", "quickstart"});
  EXPECT_TRUE(contains(text, "# Source: "));
  write("mine.toml", text);
  train("mine.toml", "run", {"--data", kImages, "--epochs", "1"});
}

TEST_F(Verbs, RecipesKeysIsTheReference) {
  for (const char* key : {"early_stopping", "conv_transpose2d", "sparse_kl", "salt_pepper"})
    EXPECT_TRUE(contains(said({"recipes", "keys"}), key));
}

TEST_F(Verbs, DataTellsWhatIsKept) {
  const std::string text = said({"data"});
  EXPECT_TRUE(contains(text, "mnist"));
  EXPECT_TRUE(contains(text, "fashion-mnist"));
  EXPECT_TRUE(contains(text, "hourglass data fetch"));
  EXPECT_TRUE(refused(run({"data", "fetch", "mnits"}), {"did you mean \"mnist\"?"}));
}

TEST_F(Verbs, InfoShowsTheLayersOfRecipesAndRuns) {
  const std::string layers = "encoder.0   { dense = 12 }";
  EXPECT_TRUE(contains(said({"info", "dense.toml"}), layers));
  train("dense.toml", "run", {"--epochs", "1"});
  EXPECT_TRUE(contains(said({"info", "run"}), layers));
  const auto recipe = json({"info", "conv.toml", "--json"});
  int64_t sum = 0;
  for (const auto& layer : recipe["layers"]) sum += layer["parameters"].get<int64_t>();
  EXPECT_EQ(recipe["parameters"], sum);
  EXPECT_EQ(recipe["layers"].back()["output"].size(), 3u);
}

TEST_F(Verbs, InfoShowsTheLayersInsideAResidualAndOfAMirror) {
  write("residual.toml", "[data]\nsource = '" + kSample +
                             "'\n[model]\nencoder = [{ conv2d = 2, kernel = 3, stride = 2, padding = 1 }, "
                             "{ residual = [{ conv2d = 2, kernel = 1 }, 'tanh'] }]\ndecoder = 'mirror'\n");
  const auto rows = json({"info", "residual.toml", "--json"})["layers"];
  Words names, layers;
  for (const auto& row : rows) {
    names.push_back(row["name"]);
    layers.push_back(row["layer"]);
  }
  EXPECT_EQ(names, (Words{"encoder.0", "encoder.1", "encoder.1.residual.0", "encoder.1.residual.1", "decoder.0",
                          "decoder.0.residual.0", "decoder.0.residual.1", "decoder.1"}));
  EXPECT_EQ(layers[1], "residual");
  EXPECT_EQ(layers[5], "{ conv_transpose2d = 2, kernel = 1 }");
  EXPECT_EQ(layers[7], "{ conv_transpose2d = 1, kernel = 3, stride = 2, padding = 1, output_padding = 1 }");
  EXPECT_EQ(rows[1]["parameters"], 0);
  EXPECT_EQ(rows[5]["parameters"], 6);
  EXPECT_EQ(rows[7]["output"], (std::vector{1, 28, 28}));
  EXPECT_TRUE(contains(said({"gradcheck", "residual.toml"}), "every gradient matches"));
}

TEST_F(Verbs, TrainTellsItsSizeAndMistakenNames) {
  const std::string err = train("dense.toml", "run", {"--epochs", "1"}).err;
  EXPECT_TRUE(contains(err, "19,612 parameters, about ")) << "784 · 12 + 12 + 12 · 784 + 784";
  EXPECT_TRUE(contains(err, "1 × 28 × 28 = 784 features"));
  EXPECT_TRUE(refused(run({"train", "mnist"}), {"mnist is a data set", "hourglass train --data mnist"}));
  write("d.csv", "a,b\n1,2\n3,4\n");
  EXPECT_TRUE(refused(run({"train", "d.csv"}), {"d.csv is no recipe", "hourglass train --data d.csv"}));
  EXPECT_TRUE(refused(run(training("dense.toml", "huge", {"--set", "model.encoder=[{dense=200000}]"})),
                      {"more than 100,000,000 parameters", "encoder.0.weight", "would fit", "--allow-large"}));
  EXPECT_FALSE(exists("huge"));
}

TEST_F(Verbs, TrainWarnsOfASigmoidThatCannotReachTheData) {
  std::string table = "a,b\n";
  for (int i = 0; i < 60; ++i) table += fmt::format("{},{}\n", i % 7, (3 * i) % 11);
  write("d.csv", table);
  write("bad.toml",
        "[data]\nsource = 'd.csv'\nscale = 'standard'\n[model]\nencoder = [{ dense = 1 }]\n"
        "decoder = [{ dense = 2 }, 'sigmoid']\n[objective]\nreconstruction = 'mse'\n[train]\nepochs = 2\n"
        "optimizer = { adam = 1e-9 }\n");
  const std::string err = train("bad.toml", "run").err;
  for (const char* part : {"ends in \"sigmoid\"", "scale = \"minmax\"", "no better than the mean of the data"})
    EXPECT_TRUE(contains(err, part));
  EXPECT_FALSE(contains(read("run/report.html"), "class=\"good\""));
}

TEST_F(Verbs, GradcheckAgreesWithFiniteDifferences) {
  for (const char* recipe : {"dense.toml", "conv.toml"}) {
    for (const char* part : {"every gradient matches", "parameters checked, spread evenly over each tensor"})
      EXPECT_TRUE(contains(said({"gradcheck", recipe}), part));
    const auto checks = json({"gradcheck", recipe, "--json", "--set", "objective.sparse_l1={weight=0.1}"});
    EXPECT_FALSE(checks.empty());
    for (const auto& check : checks) EXPECT_LT(check["relative_error"], 1e-6) << check;
  }
  EXPECT_TRUE(contains(said({"gradcheck", "dense.toml", "--set", "objective.contractive={weight=0.1}", "--set",
                             "objective.sparse_kl={weight=0.1}", "--rows", "3"}),
                       "every gradient matches"));
  EXPECT_TRUE(refused(run({"gradcheck", "quickstrat"}), {"quickstart"}));
}

TEST_F(Verbs, FindRateSuggestsARateThatTrains) {
  const auto words = [](const Words& more) {
    Words all = {"find-rate", "dense.toml", "--data", kImages, "--steps", "120"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  };
  const auto before = files(".").size();
  const auto test = json(words({"--json", "-o", "rates.png", "--csv", "rates.csv"}));
  EXPECT_EQ(files(".").size(), before + 2) << "no run folder";
  EXPECT_TRUE(is_png(read("rates.png")));
  const auto rows = table("rates.csv");
  EXPECT_EQ(rows.at(0), (Words{"learning_rate", "loss", "smoothed_loss"}));
  ASSERT_EQ(rows.size(), test["steps"].size() + 1);
  EXPECT_EQ(std::stod(rows.back()[1]), test["steps"].back()["loss"]);
  EXPECT_EQ(test["steps"][0]["learning_rate"], 1e-6);
  EXPECT_EQ(json(words({"--json", "--threads", "2"}))["steps"], test["steps"]);
  const double rate = test["suggestion"];
  EXPECT_GT(rate, 1e-4);
  EXPECT_LT(rate, 0.5);
  EXPECT_TRUE(contains(said(words({})), fmt::format("suggested learning rate: {:.2g}\n", rate)));
}

TEST_F(Verbs, FindRateRefusesWhatItCannotDo) {
  EXPECT_TRUE(refused(run({"find-rate", "dense.toml", "--from", "1", "--to", "0.1"}), {"from 1 to 0.1 does not rise"}));
  EXPECT_TRUE(refused(run({"find-rate", "dense.toml", "-o", "rates.jpg"}), {".png", ".svg"}));
  EXPECT_TRUE(refused(run({"find-rate", "quickstrat"}), {"quickstart"}));
  EXPECT_FALSE(exists("rates.jpg"));
}

TEST_F(Verbs, DoctorTellsAboutTheMachine) {
  const auto report = json({"doctor", "--json"});
  EXPECT_GE(report["threads"], 1);
  EXPECT_GT(report["gflops_one_thread"], 0);
  EXPECT_FALSE(report["data"]["mnist"]);
}

/// Every recipe of the folder, on a few images, or on a series if it reads windows.
class ShippedRecipe : public Workspace, public testing::WithParamInterface<std::string> {};

TEST_P(ShippedRecipe, Trains) {
  const IdxArray images = read_idx(kImages);
  constexpr int64_t kRows = 10;
  write("few.idx", idx_header({kRows, 28, 28}) + std::string(images.bytes.begin(), images.bytes.begin() + kRows * 784));
  std::string series = "timestamp,value\n";
  for (int i = 0; i < 600; ++i) series += fmt::format("{},{}\n", i, i * 37 % 11);
  write("series.csv", series);
  const bool reads_windows = run({"recipes", "show", GetParam()}).out.find("\nwindow = ") != std::string::npos;
  train(GetParam(), "run",
        {"--data", reads_windows ? "series.csv" : "few.idx", "--epochs", "1", "--set", "train.batch_size=8"});
  EXPECT_EQ(metrics("run").size(), 1u);
}

INSTANTIATE_TEST_SUITE_P(Recipes, ShippedRecipe, testing::ValuesIn(shipped()), [](const auto& info) {
  std::string name = info.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

}  // namespace
}  // namespace hourglass::cli_test

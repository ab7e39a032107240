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
  for (const char* verb : {"train", "eval", "probe", "encode", "decode", "reconstruct", "score", "export", "info",
                           "recipes", "data", "gradcheck", "doctor"}) {
    EXPECT_TRUE(contains(said({"--help"}), verb));
    EXPECT_TRUE(contains(said({verb, "--help"}), "--help"));
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

TEST_F(Verbs, DoctorTellsAboutTheMachine) {
  const auto report = json({"doctor", "--json"});
  EXPECT_GE(report["threads"], 1);
  EXPECT_GT(report["gflops_one_thread"], 0);
  EXPECT_FALSE(report["data"]["mnist"]);
}

/// Every recipe of the folder, on a few images.
class ShippedRecipe : public Workspace, public testing::WithParamInterface<std::string> {};

TEST_P(ShippedRecipe, Trains) {
  const IdxArray images = read_idx(kImages);
  constexpr int64_t kRows = 10;
  write("few.idx", idx_header({kRows, 28, 28}) + std::string(images.bytes.begin(), images.bytes.begin() + kRows * 784));
  train(GetParam(), "run", {"--data", "few.idx", "--epochs", "1", "--set", "train.batch_size=8"});
  EXPECT_EQ(metrics("run").size(), 1u);
}

INSTANTIATE_TEST_SUITE_P(Recipes, ShippedRecipe, testing::ValuesIn(shipped()), [](const auto& info) {
  std::string name = info.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

}  // namespace
}  // namespace hourglass::cli_test

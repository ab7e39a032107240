#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <utility>

#include "cli/workspace.h"
#include "hourglass/base/file.h"
#include "hourglass/base/hash.h"
#include "hourglass/base/subprocess.h"
#include "hourglass/data/known.h"
#include "hourglass/model/model_card.h"

namespace hourglass::cli_test {
namespace {

namespace fs = std::filesystem;

const fs::path kModels = HOURGLASS_SOURCE "/models";

/// The shipped models, on the machine's own data.
class Models : public Workspace {
 protected:
  Models() { ::unsetenv("HOURGLASS_MODELS_DIR"); }
  ~Models() override { ::unsetenv("HOURGLASS_MODELS_DIR"); }

  nlohmann::json json(const Words& words) const {
    const Outcome outcome = run(words);
    EXPECT_TRUE(succeeded(outcome));
    return nlohmann::json::parse(outcome.out);
  }
  nlohmann::json recipe_of(const std::string& model) const { return json({"info", model, "--json"})["recipe"]; }

  /// A folder of models with quickstart alone, where the program looks from now on.
  void use_own_models() const {
    fs::create_directory(path("models"));
    for (const char* file : {"quickstart.toml", "quickstart.safetensors"})
      fs::copy(kModels / file, path("models") / file);
    ::setenv("HOURGLASS_MODELS_DIR", path("models").c_str(), 1);
  }
  /// Replaces the first match in the card of one's own quickstart.
  void edit_card(const std::string& from, const std::string& to) const {
    const std::string card = read("models/quickstart.toml");
    const std::string edited = std::regex_replace(card, std::regex(from), to, std::regex_constants::format_first_only);
    ASSERT_NE(edited, card);
    write("models/quickstart.toml", edited);
  }
};

std::set<std::string> stems(const std::string& ending) {
  std::set<std::string> all;
  for (const auto& entry : fs::directory_iterator(kModels))
    if (entry.path().extension() == ending) all.insert(entry.path().stem());
  return all;
}

TEST_F(Models, EveryWeightsFileHasACardAndTheReverse) {
  EXPECT_EQ(stems(".safetensors"), stems(".toml"));
  EXPECT_TRUE(stems(".toml").contains("quickstart"));
}

TEST_F(Models, AreListedWithTheirCards) {
  const std::string text = run({"models"}).out;
  std::set<std::string> listed;
  for (const auto& model : json({"models", "--json"})) {
    const ModelCard card = read_card(kModels / (model["name"].get<std::string>() + ".toml"));
    listed.insert(card.name);
    EXPECT_EQ(model["description"], card.description);
    EXPECT_EQ(model["command"], card.command);
    EXPECT_EQ(model["bytes"], fs::file_size(card.weights));
    EXPECT_EQ(model["metrics"][card.headline().first], card.headline().second);
    for (const std::string& part : {card.name, card.headline().first, card.description})
      EXPECT_TRUE(contains(text, part));
  }
  EXPECT_EQ(listed, stems(".toml"));
}

TEST_F(Models, AreMadeByTheirRecipesAsShipped) {
  std::map<std::string, nlohmann::json> shipped;
  for (const auto& entry : json({"recipes", "--json"})) shipped[entry["name"]] = entry["recipe"];
  for (const auto& model : json({"models", "--json"})) {
    auto& expected = shipped[model["recipe"]];
    ASSERT_FALSE(expected.is_null()) << model["name"] << ": no recipe " << model["recipe"];
    const auto own_seed = std::exchange(expected["train"]["seed"], model["seed"]);
    auto found = recipe_of(model["name"]);
    found["description"] = expected["description"];
    EXPECT_EQ(found, expected) << model["name"];
    std::string command = "hourglass train " + model["recipe"].get<std::string>();
    if (model["seed"] != own_seed) command += " --seed " + model["seed"].dump();
    EXPECT_EQ(model["command"], command);
    expected["train"]["seed"] = own_seed;
  }
}

TEST_F(Models, AreFoundByName) {
  EXPECT_EQ(json({"info", "quickstart", "--json"}), json({"info", kModels / "quickstart.safetensors", "--json"}));
  EXPECT_TRUE(succeeded(run({"encode", "quickstart", "--data", kImages, "-o", "codes.npy"})));
  EXPECT_TRUE(refused(run({"eval", "quikstart"}), {"quikstart", "did you mean \"quickstart\"?"}));
  EXPECT_TRUE(refused(run({"info", "../models/quickstart"}), {"../models/quickstart", "no such"}));
}

TEST_F(Models, GiveWayToAFolderOfTheSameName) {
  train("dense.toml", "quickstart", {"--epochs", "1"});
  EXPECT_EQ(json({"info", "quickstart", "--json"})["code"], std::vector{12});
}

TEST_F(Models, LieWhereTheEnvironmentSays) {
  use_own_models();
  fs::rename(path("models/quickstart.toml"), path("models/mine.toml"));
  fs::rename(path("models/quickstart.safetensors"), path("models/mine.safetensors"));
  EXPECT_EQ(json({"models", "--json"}).size(), 1u);
  EXPECT_EQ(json({"info", "mine", "--json"})["code"], std::vector{128});
  ::setenv("HOURGLASS_MODELS_DIR", path("nowhere").c_str(), 1);
  EXPECT_TRUE(refused(run({"models"}), {"HOURGLASS_MODELS_DIR", "nowhere"}));
}

TEST_F(Models, LieBesideAnInstalledProgram) {
  fs::create_directories(path("bin"));
  fs::copy(HOURGLASS_PROGRAM, path("bin/hourglass"));
  fs::create_directories(path("share/hourglass/models"));
  EXPECT_EQ(run_program({path("bin/hourglass"), "models", "--json"}, path("")), "[]\n");
}

TEST_F(Models, DamagedWeightsAreRefused) {
  use_own_models();
  std::string bytes = read("models/quickstart.safetensors");
  bytes.back() ^= 1;
  write("models/quickstart.safetensors", bytes);
  EXPECT_TRUE(refused(run({"info", "quickstart"}), {"quickstart.safetensors", "SHA-256", sha256_hex(bytes)}));
  fs::remove(path("models/quickstart.safetensors"));
  EXPECT_TRUE(refused(run({"info", "quickstart"}), {"quickstart.safetensors"}));
  EXPECT_TRUE(refused(run({"models"}), {"quickstart.safetensors", "not there"}));
}

TEST_F(Models, DamagedCardsAreRefusedByFileAndKey) {
  use_own_models();
  const std::string card = read("models/quickstart.toml");
  const auto expect_refused = [&](const std::string& from, const std::string& to, Words parts) {
    edit_card(from, to);
    parts.push_back("models/quickstart.toml");
    EXPECT_TRUE(refused(run({"models"}), parts)) << from;
    EXPECT_TRUE(refused(run({"info", "quickstart"}), parts)) << from;
    write("models/quickstart.toml", card);
  };
  expect_refused("recipe = ", "recipie = ", {"recipie", "did you mean \"recipe\"?"});
  expect_refused("command = .*", "", {"\"command\" is missing"});
  expect_refused("seed = .*", "seed = \"one\"", {"seed", "integer", "\"one\""});
  expect_refused("sha256 = \"..", "sha256 = \"", {"sha256", "64"});
  expect_refused("bce = .*", "bce = \"good\"", {"metrics.bce", "a number", "\"good\""});
  expect_refused("bce = ", "bse = ", {"metrics", "bce or mse"});
  expect_refused("\\[metrics\\]", "[metrics", {"quickstart.toml:"});
}

/// A folder with the data set's files that is on this machine already; empty when there is none.
fs::path folder_of(const std::string& name) {
  const KnownSet& set = *find_known(name);
  if (const auto kept = kept_folder(set)) return *kept;
  std::vector<fs::path> folders = {set.installed};
  if (const char* own = std::getenv("HOURGLASS_DATA_DIR"); own && *own)
    folders.insert(folders.end(), {fs::path(own) / name, own});
  const auto whole = [](const fs::path& folder) {
    return !folder.empty() &&
           std::ranges::all_of(kSplitFiles, [&](const char* file) { return plain_or_gz(folder, file).has_value(); });
  };
  const auto found = std::ranges::find_if(folders, whole);
  return found == folders.end() ? fs::path() : *found;
}

class ShippedModel : public Models, public testing::WithParamInterface<std::string> {};

/// Another processor rounds the weights' products otherwise; a gap and an angle near 0 are all rounding.
double tolerance(const std::string& metric, double value) {
  if (metric == "pca_gap") return 1e-6;
  if (metric == "pca_angle") return 1e-2;
  return 1e-5 * std::abs(value);
}

TEST_P(ShippedModel, MeasuresWhatItsCardSays) {
  if (kIsSanitized) GTEST_SKIP() << "whole data sets take a sanitizer many minutes; Eval measures the same on few rows";
  const ModelCard card = read_card(kModels / (GetParam() + ".toml"));
  const std::string source = recipe_of(GetParam())["data"]["source"];
  const fs::path data = folder_of(source);
  if (data.empty()) GTEST_SKIP() << source << " is not on this machine";
  std::istringstream words(card.evaluation);
  Words evaluation(std::istream_iterator<std::string>(words), {});
  ASSERT_GE(evaluation.size(), 3u);
  EXPECT_EQ(Words(evaluation.begin(), evaluation.begin() + 3), (Words{"hourglass", "eval", GetParam()}));
  evaluation.erase(evaluation.begin());
  evaluation.insert(evaluation.end(), {"--data", data, "--json"});
  const auto found = json(evaluation);
  EXPECT_EQ(found.size(), card.metrics.size());
  for (const auto& [name, value] : card.metrics)
    EXPECT_NEAR(found.value(name, NAN), value, tolerance(name, value)) << name;
  // What the linear autoencoder is shipped for.
  EXPECT_LT(found.value("pca_gap", 0.0), 1e-3);
  EXPECT_LT(found.value("pca_angle", 0.0), 5);
}

INSTANTIATE_TEST_SUITE_P(Models, ShippedModel, testing::ValuesIn(card_names(kModels)), [](const auto& info) {
  std::string name = info.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

// scripts/results reads this line.
TEST(Recipes, SayWhatWasPublished) {
  const std::regex form("(^|\n)# Published: (none|[0-9]+\\.[0-9]+,)([^\n]|\n# )*?\\.\\s");
  for (const auto& entry : fs::directory_iterator(HOURGLASS_SOURCE "/recipes"))
    EXPECT_TRUE(std::regex_search(read_file(entry.path()), form)) << entry.path();
}

}  // namespace
}  // namespace hourglass::cli_test

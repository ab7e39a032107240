#include <cmath>

#include "cli/workspace.h"
#include "data/idx_bytes.h"
#include "hourglass/data/formats/npy.h"

namespace hourglass::cli_test {
namespace {

namespace fs = std::filesystem;

/// Bad input is named, ends with exit code 2, and nothing is written.
class Refusals : public Workspace {
 protected:
  void expect_refused(const Words& more, const Words& parts, const std::string& recipe = "dense.toml") const {
    EXPECT_TRUE(refused(run(training(recipe, "run", more)), parts)) << testing::PrintToString(more);
    EXPECT_FALSE(exists("run")) << testing::PrintToString(more);
    EXPECT_FALSE(exists("runs"));
  }
  void expect_override_refused(const std::string& key_and_value, const Words& parts) const {
    expect_refused({"--set", key_and_value}, parts);
  }
  /// Trains dense.toml with one text in it replaced.
  void expect_recipe_refused(const std::string& from, const std::string& to, const Words& parts) const {
    std::string text = read("dense.toml");
    const size_t at = text.find(from);
    ASSERT_NE(at, std::string::npos);
    write("bad.toml", text.replace(at, from.size(), to));
    expect_refused({}, parts, "bad.toml");
  }
  void write_rows(const std::string& file, Shape shape, float first) const {
    Tensor rows(DType::f32, shape);
    rows.as<float>()[0] = first;
    write(file, npy_bytes(rows));
  }
};

TEST_F(Refusals, DataThatIsNotThere) {
  expect_refused({"--data", "nowhere.idx"}, {"nowhere.idx", "mnist, fashion-mnist"});
  expect_refused({"--data", "mnits"}, {"did you mean \"mnist\"?"});
  expect_refused({"--data", "."}, {"train-images-idx3-ubyte"});
}

TEST_F(Refusals, DamagedIdx) {
  const std::string good = idx_bytes({4, 28, 28});
  write("short.idx", good.substr(0, good.size() - 5));
  write("long.idx", good + "x");
  write("floats.idx", std::string("\0\0\x0d\x03", 4) + good.substr(4));
  write("other.zip", "PK" + good.substr(2));
  write("cut.idx.gz", gzipped(good).substr(0, 60));
  expect_refused({"--data", "short.idx"}, {"short.idx", "4 × 28 × 28 = 3136 bytes", "3131"});
  expect_refused({"--data", "long.idx"}, {"long.idx", "3136", "3137"});
  expect_refused({"--data", "floats.idx"}, {"floats.idx", "32-bit floats", "unsigned bytes"});
  expect_refused({"--data", "other.zip"}, {"other.zip", "IDX"});
  expect_refused({"--data", "cut.idx.gz"}, {"cut.idx.gz", "ends early"});
}

TEST_F(Refusals, ADataSetWithOneDamagedFile) {
  fs::copy(kSample, path("sample"));
  const std::string file = "sample/t10k-labels-idx1-ubyte.gz";
  write(file, gzipped(idx_bytes({639})));
  expect_refused({"--data", "sample"}, {file, "639", "640"});
  fs::remove(path(file));
  expect_refused({"--data", "sample"}, {"sample", "t10k-labels-idx1-ubyte"});
}

TEST_F(Refusals, BceOnDataOutsideItsRange) {
  write_rows("high.npy", {3, 784}, 1.5f);
  write_rows("low.npy", {3, 784}, -0.25f);
  write_rows("nan.npy", {3, 784}, NAN);
  expect_refused({"--data", "high.npy"}, {"high.npy", "row 1, feature 1", "1.5", "[0, 1]", "minmax", "mse"});
  expect_refused({"--data", "low.npy"}, {"low.npy", "row 1, feature 1", "-0.25"});
  expect_refused({"--data", "nan.npy"}, {"nan.npy", "nan"});
  expect_refused({"--set", "data.scale=none"}, {"none", "[0, 1]"});
  EXPECT_TRUE(succeeded(run(training("dense.toml", "scaled", {"--data", "high.npy", "--set", "data.scale=minmax"}))));
}

TEST_F(Refusals, DataThatIsNotFiniteByRowAndColumn) {
  Tensor rows(DType::f32, {3, 784});
  for (const float bad : {NAN, INFINITY, -INFINITY}) {
    rows.as<float>()[2 * 784 + 5] = bad;
    write("bad.npy", npy_bytes(rows));
    for (const char* loss : {"bce", "mse"})
      expect_refused({"--data", "bad.npy", "--set", std::string("objective.reconstruction=") + loss},
                     {"bad.npy: row 2, column 5 (counted from 0)", std::isnan(bad) ? "NaN" : "inf"});
  }
}

TEST_F(Refusals, SamplesOfAnotherSize) {
  write_rows("rows.npy", {3, 783}, 0);
  expect_refused({"--data", "rows.npy"}, {"decoder", "784", "783"});
}

TEST_F(Refusals, UnknownRecipes) {
  expect_refused({}, {"quickstrat", "did you mean \"quickstart\"?"}, "quickstrat");
  expect_refused({}, {"nowhere.toml", "mnist-dense-basic"}, "nowhere.toml");
}

TEST_F(Refusals, RecipesWithUnknownNamesByLineAndColumn) {
  expect_recipe_refused("{ dense = 12 }", "{ dens = 12 }", {"bad.toml:5:", "\"dens\"", "did you mean \"dense\"?"});
  expect_recipe_refused("sigmoid", "sigmod", {"bad.toml:5:28", "\"sigmod\"", "did you mean \"sigmoid\"?"});
  expect_recipe_refused("epochs", "epoch", {"bad.toml:8:1", "\"epoch\"", "did you mean \"epochs\"?"});
  expect_recipe_refused("[train]", "[trian]", {"bad.toml:7:", "\"trian\"", "did you mean \"train\"?"});
  expect_recipe_refused("[train]", "[objective]\nsparse_kl = { wieght = 1 }\n[train]",
                        {"bad.toml:8:", "\"wieght\"", "did you mean \"weight\"?"});
}

TEST_F(Refusals, RecipesThatAreNotToml) {
  expect_recipe_refused("[train]", "[train", {"bad.toml:7:"});
  write("bad.toml", std::string("\0\xff", 2));
  expect_refused({}, {"bad.toml"}, "bad.toml");
  expect_refused({}, {"."}, ".");
}

TEST_F(Refusals, WrongTypesAndRanges) {
  expect_recipe_refused("epochs = 2", "epochs = \"two\"", {"bad.toml:8:10", "epochs", "integer", "\"two\""});
  expect_recipe_refused("epochs = 2", "epochs = 0", {"bad.toml:8:10", "epochs", "at least 1", "found 0"});
  expect_override_refused("train.epochs=1.5", {"train.epochs=1.5", "integer"});
  expect_override_refused("train.batch_size=0", {"batch_size", "at least 1"});
  expect_override_refused("train.seed=-1", {"seed", "at least 0"});
  expect_override_refused("train.optimizer={adam=-1}", {"adam", "above 0"});
  expect_override_refused("train.optimizer=adm", {"did you mean \"adam\"?"});
  expect_override_refused("train.schedule={cosin=1}", {"did you mean \"cosine\"?"});
  expect_override_refused("data.validation=1", {"validation", "below 1"});
  expect_override_refused("data.scale=unti", {"did you mean \"unit\"?"});
  expect_override_refused("corruption.masking=1.5", {"masking", "below 1"});
  expect_override_refused("objective.sparse_kl={weight=-1}", {"weight", "at least 0"});
  expect_override_refused("objective.sparse_kl={weight=1, target=2}", {"target", "found 2"});
  expect_override_refused("model.encoder=[{dense=0}]", {"dense", "at least 1"});
  expect_override_refused("nonsense", {"section.key=value"});
}

TEST_F(Refusals, NetworksThatDoNotFit) {
  expect_override_refused("model.decoder=[{dense=783}, \"sigmoid\"]", {"decoder", "783", "1 × 28 × 28"});
  expect_override_refused("model.encoder=[{conv2d=4, kernel=30}]", {"encoder[0] conv2d", "30", "1 × 28 × 28"});
  expect_override_refused("model.encoder=[{dense=4}, {conv2d=4, kernel=3}]", {"encoder[1] conv2d", "image"});
  expect_override_refused("model.encoder=[{dense=4}, {residual=[{dense=6}]}]",
                          {"encoder[1] residual", "the branch gives 6, the shortcut 4", "shortcut = [{ dense = 6 }]"});
  expect_override_refused("model.encoder=[{dense=4}, \"mirror\"]", {"encoder[1] mirror", "decoder = \"mirror\""});
  expect_override_refused("model.encoder=[{dense=1000000}, {dense=1000000}]", {"encoder[1] dense", "too large"});
}

TEST_F(Refusals, ObjectivesThatDoNotFitTheNetwork) {
  const Words linear = {"--set", "model.decoder=[{dense=784}]", "--set", "objective.reconstruction=bce"};
  expect_refused(linear, {"bce", "sigmoid", "mse"});
  const Words relu = {"--set", "model.encoder=[{dense=4}, \"relu\"]", "--set", "objective.sparse_kl={weight=1}"};
  expect_refused(relu, {"sparse_kl", "relu", "sigmoid"});
}

TEST_F(Refusals, OutputFoldersThatCannotBe) {
  EXPECT_TRUE(refused(run(training("dense.toml", "dense.toml")), {"dense.toml", "expected a folder"}));
  EXPECT_TRUE(refused(run(training("dense.toml", "dense.toml/below")), {"dense.toml", "expected a folder"}));
  fs::create_directory(path("full"));
  write("full/mine.txt", "precious");
  EXPECT_TRUE(refused(run(training("dense.toml", "full")), {"full", "not empty"}));
  EXPECT_EQ(files("full").size(), 1u);
}

TEST_F(Refusals, UnknownVerbsAndOptionsWithTheNearestName) {
  EXPECT_TRUE(refused(run({"trian", "dense.toml"}), {"\"trian\"", "did you mean \"train\"?"}));
  EXPECT_TRUE(refused(run({"recipes", "shwo", "quickstart"}), {"did you mean \"show\"?"}));
  EXPECT_TRUE(refused(run({}), {"--help"}));
  expect_refused({"--epohcs", "3"}, {"\"--epohcs\"", "did you mean \"--epochs\"?"});
  expect_refused({"--epochs", "0"}, {"--epochs", "0"});
  expect_refused({"--epochs", "many"}, {"--epochs", "many"});
  expect_refused({"--seed", "many"}, {"seed", "many"});
  expect_refused({"--threads", "-1"}, {"--threads"});
  expect_refused({"--resume", "--overwrite"}, {"--resume", "--overwrite"});
  expect_refused({"another"}, {"\"another\""});
}

TEST_F(Refusals, ModelsThatAreNone) {
  EXPECT_TRUE(refused(run({"eval", "nowhere"}), {"nowhere"}));
  EXPECT_TRUE(refused(run({"eval", "dense.toml"}), {"dense.toml"}));
  EXPECT_TRUE(refused(run({"info", "."}), {"model.safetensors"}));
}

TEST_F(Refusals, WrongQuestionsToAModel) {
  train("dense.toml", "model", {"--epochs", "1"});
  write_rows("codes.npy", {3, 11}, 0);
  write_rows("small.npy", {3, 10, 10}, 0);
  const auto ask = [&](const Words& words, const Words& parts) { EXPECT_TRUE(refused(run(words), parts)); };
  ask({"eval", "model", "--metrics", "msee"}, {"\"msee\"", "did you mean \"mse\"?"});
  ask({"eval", "model", "--split", "tset"}, {"--split", "tset"});
  ask({"eval", "model", "--data", "small.npy"}, {"small.npy", "1 × 10 × 10", "1 × 28 × 28"});
  ask({"encode", "model", "-o", "codes.txt"}, {"codes.txt", ".npy", ".csv"});
  ask({"encode", "model", "-o", "codes.png"}, {"codes.png", ".npy", ".csv"});
  ask({"encode", "model"}, {"--output"});
  ask({"encode", "model", "-o", "nowhere/codes.npy"}, {"nowhere"});
  ask({"decode", "model", "-o", "out.npy"}, {"--data"});
  ask({"decode", "model", "--data", "codes.npy", "-o", "out.npy"}, {"11", "12"});
  ask({"decode", "model", "--data", kImages, "-o", "out.npy"}, {"784", "12"});
  EXPECT_FALSE(exists("out.npy"));
}

}  // namespace
}  // namespace hourglass::cli_test

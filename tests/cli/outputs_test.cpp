#include <fmt/format.h>

#include <cmath>

#include "cli/workspace.h"

namespace hourglass::cli_test {
namespace {

namespace fs = std::filesystem;

/// Outputs that would replace what the same command reads.
class Outputs : public Workspace {
 protected:
  Outputs() {
    std::string text = "a,b\n";
    for (int i = 0; i < 50; ++i) text += fmt::format("{:.3f},{:.3f}\n", std::sin(i), std::cos(3 * i));
    write("data.csv", text);
  }

  void train_model() const {
    ASSERT_TRUE(succeeded(run({"train", "--data", "data.csv", "--epochs", "2", "--output-dir", "run"})));
  }

  /// The command is refused, names `output`, and changes no file of the folder.
  void expect_refused(const Words& words, const std::string& output) const {
    const auto before = files(".");
    EXPECT_TRUE(refused(run(words), {output, "is being read", "choose another place"}));
    EXPECT_TRUE(files(".") == before) << words[0];
  }
};

TEST_F(Outputs, NeverReplaceTheData) {
  train_model();
  const std::string bytes = read("data.csv");
  fs::create_symlink("data.csv", path("symbolic.csv"));
  fs::create_hard_link(path("data.csv"), path("hard.csv"));
  for (const char* verb : {"encode", "reconstruct", "score"})
    for (const std::string output : {"data.csv", "./run/../data.csv", "symbolic.csv", "hard.csv"}) {
      expect_refused({verb, "run", "-o", output}, output);
      expect_refused({verb, "run", "--data", "hard.csv", "-o", output}, output);
    }
  EXPECT_EQ(read("data.csv"), bytes);
  EXPECT_TRUE(succeeded(run({"score", "run", "-o", "new.csv"})));
  EXPECT_TRUE(succeeded(run({"score", "run", "-o", "new.csv"}))) << "an output of before may be replaced";
}

TEST_F(Outputs, NeverReplaceTheModelOrTheCodes) {
  train_model();
  ASSERT_TRUE(succeeded(run({"encode", "run", "-o", "codes.npy"})));
  fs::create_hard_link(path("run/model.safetensors"), path("model.csv"));
  fs::create_symlink("run/model.safetensors", path("model.onnx"));
  for (const char* verb : {"encode", "reconstruct", "score"})
    expect_refused({verb, "run", "-o", "model.csv"}, "model.csv");
  expect_refused({"export", "run", "-o", "model.onnx"}, "model.onnx");
  expect_refused({"export", "model.csv", "-o", "model.onnx"}, "model.onnx");
  expect_refused({"score", "run", "model.csv", "-o", "model.csv"}, "model.csv");
  expect_refused({"decode", "run", "--data", "codes.npy", "-o", "codes.npy"}, "codes.npy");
  expect_refused({"decode", "run", "--data", "codes.npy", "-o", "model.csv"}, "model.csv");
}

TEST_F(Outputs, NeverReplaceAMemberOrAnImage) {
  train("dense.toml", "run", {"--epochs", "1"});
  ASSERT_TRUE(succeeded(run({"reconstruct", "run", "-o", "rows.npy"})));
  fs::create_directory(path("images"));
  ASSERT_TRUE(succeeded(run({"reconstruct", "run", "-o", "images/a.png"})));
  fs::create_hard_link(path("run/model.safetensors"), path("tensors.npy"));
  expect_refused({"reconstruct", "run", "--data", "tensors.npy:encoder.0.weight", "-o", "tensors.npy"}, "tensors.npy");
  expect_refused({"reconstruct", "run", "--data", "rows.npy", "-o", "rows.npy"}, "rows.npy");
  expect_refused({"reconstruct", "run", "--data", "images", "-o", "images/a.png"}, "images/a.png");
}

TEST_F(Outputs, OfATrainingNeverReplaceWhatItReads) {
  train_model();
  const auto retrain = [&](const Words& more) {
    Words words = {"train", "--output-dir", "run", "--overwrite"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  };
  fs::remove(path("run/loss.png"));
  fs::create_hard_link(path("data.csv"), path("run/loss.png"));
  expect_refused(retrain({"--data", "data.csv"}), "run/loss.png");
  expect_refused({"report", "run", "--data", "data.csv"}, "run/loss.png");
  fs::remove(path("run/loss.png"));
  expect_refused(retrain({"run/recipe.toml", "--epochs", "3"}), "run/recipe.toml");
  expect_refused(retrain({"--data", "run/model.safetensors:encoder.0.weight"}), "run/model.safetensors");
  expect_refused(retrain({"--data", "data.csv", "--init", "run/model.safetensors"}), "run/model.safetensors");
  EXPECT_TRUE(succeeded(run(retrain({"run/recipe.toml"})))) << "the same recipe again";
  EXPECT_TRUE(succeeded(run({"train", "run/recipe.toml", "--output-dir", "run", "--resume"})));
}

TEST_F(Outputs, OfAComparisonNeverReplaceWhatItReads) {
  train_model();
  fs::create_directory(path("page"));
  fs::create_symlink("../data.csv", path("page/compare.html"));
  expect_refused({"compare", "run", "run", "-o", "page"}, "page/compare.html");
}

}  // namespace
}  // namespace hourglass::cli_test

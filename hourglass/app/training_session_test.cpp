#include "hourglass/app/training_session.h"

#include <gtest/gtest.h>

#include "hourglass/base/file.h"
#include "support/message_of.h"

namespace hourglass {
namespace {

class TrainingSessionTest : public testing::Test {
 protected:
  TrainingSessionTest() {
    std::string table = "a,b,c\n";
    for (int i = 0; i < 40; ++i) table += fmt::format("{},{},{}\n", i % 7, (3 * i) % 11, i % 2 ? "left" : "right");
    write_file_atomically(data_, table);
  }

  TemporaryFolder folder_;
  std::string data_ = (folder_.path() / "table.csv").string();
  RunListener silent_;
};

/// A complete training from C++: data in, run folder and model out.
TEST_F(TrainingSessionTest, TrainsInTenLines) {
  TrainingRequest request;
  request.recipe.data = data_;
  request.recipe.overrides = {"train.epochs=3"};
  request.folder = folder_.path() / "run";
  const TrainingResult result = train(request, silent_);
  EXPECT_EQ(result.outcome, RunOutcome::finished);
  EXPECT_EQ(result.epochs.size(), 3u);
  EXPECT_LT(result.epochs[2].train.loss, result.epochs[0].train.loss);
  const TrainedModel model = open_model(result.folder.string());
  EXPECT_EQ(model.autoencoder.network().input(), Shape{4}) << "the column of text is one-hot encoded";
}

TEST_F(TrainingSessionTest, ResumesAnInterruptedRunToTheSameModel) {
  TrainingRequest request{.recipe = {.data = data_, .overrides = {"train.epochs=4"}}};
  request.folder = folder_.path() / "whole";
  train(request, silent_);
  request.folder = folder_.path() / "interrupted";
  request.existing = RunFolder::Existing::resume;
  int steps = 0;
  EXPECT_EQ(train(request, silent_, [&] { return ++steps == 5; }).outcome, RunOutcome::interrupted);
  const TrainingResult resumed = train(request, silent_);
  EXPECT_EQ(resumed.outcome, RunOutcome::finished);
  EXPECT_EQ(resumed.epochs.size(), 4u);
  EXPECT_TRUE(read_file(folder_.path() / "interrupted/model.safetensors") ==
              read_file(folder_.path() / "whole/model.safetensors"));
}

TEST_F(TrainingSessionTest, RefusesBadInputBeforeItWritesAnything) {
  const auto refusal = [&](const RecipeRequest& recipe) {
    return message_of<Error>([&] { train({.recipe = recipe, .folder = folder_.path() / "run"}, silent_); });
  };
  EXPECT_NE(refusal({}).find("expected a recipe"), std::string::npos);
  EXPECT_NE(refusal({.name = "mnist-dense-basi"}).find("mnist-dense-basic"), std::string::npos);
  EXPECT_NE(refusal({.data = "no-such-file.csv"}).find("no-such-file.csv"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "run"));
}

}  // namespace
}  // namespace hourglass

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
  TrainingRequest request{.recipe = {.data = data_, .overrides = {"train.epochs=4", "train.batch_size=8"}}};
  request.folder = folder_.path() / "whole";
  train(request, silent_);
  request.folder = folder_.path() / "interrupted";
  request.existing = RunFolder::Existing::resume;
  int steps = 0;
  EXPECT_EQ(train(request, silent_, [&] { return ++steps >= 5; }).outcome, RunOutcome::interrupted);
  const TrainingResult resumed = train(request, silent_);
  EXPECT_EQ(resumed.outcome, RunOutcome::finished);
  EXPECT_EQ(resumed.epochs.size(), 4u);
  EXPECT_TRUE(read_file(folder_.path() / "interrupted/model.safetensors") ==
              read_file(folder_.path() / "whole/model.safetensors"));
}

/// What a test of more epochs varies.
struct Longer {
  std::vector<std::string> keys;
  std::vector<std::string> later = {};  ///< further keys of the longer run
  int first, last;
};

class MoreEpochs : public TrainingSessionTest {
 protected:
  TrainingResult train_to(const std::string& run, int epochs, const Longer& longer, bool resumes) {
    TrainingRequest request{.recipe = {.overrides = longer.keys}, .folder = folder_.path() / run};
    if (resumes) request.existing = RunFolder::Existing::resume;
    if (!resumes) request.recipe.data = data_;
    if (resumes || epochs == longer.last)
      request.recipe.overrides.insert(request.recipe.overrides.end(), longer.later.begin(), longer.later.end());
    request.recipe.overrides.push_back(fmt::format("train.epochs={}", epochs));
    return train(request, silent_);
  }
  std::string file(const std::string& name) { return read_file(folder_.path() / name); }
};

/// A finished run that takes more epochs ends as one that had them from the start.
TEST_F(MoreEpochs, EqualARunOfThatLengthBitExactly) {
  const std::vector<std::string> stops = {"data.validation=0.3", "train.early_stopping={patience=30}",
                                          "train.optimizer={sgd=0.3, momentum=0.9}"};
  std::vector<std::string> soon = stops;
  soon[1] = "train.early_stopping={patience=1}";
  const Longer all[] = {{{"train.batch_size=16"}, {}, 3, 6},
                        {{"train.batch_size=16", "train.schedule={constant=1.0, warmup_steps=9}"}, {}, 2, 5},
                        {stops, {}, 7, 12},
                        {soon, {"train.early_stopping={patience=30}"}, 12, 12}};
  for (const Longer& longer : all) {
    SCOPED_TRACE(longer.keys[0]);
    train_to("short", longer.first, longer, false);
    train_to("long", longer.last, longer, false);
    const TrainingResult resumed = train_to("short", longer.last, longer, true);
    EXPECT_EQ(resumed.epochs.size(), static_cast<size_t>(longer.last));
    for (const char* name : {"/model.safetensors", "/recipe.toml", "/reconstructions.png"})
      EXPECT_TRUE(file(std::string("short") + name) == file(std::string("long") + name)) << name;
    std::filesystem::remove_all(folder_.path() / "short");
    std::filesystem::remove_all(folder_.path() / "long");
  }
}

TEST_F(MoreEpochs, AreRefusedWhereTheScheduleDependsOnTheirNumber) {
  const Longer longer{{"train.schedule={cosine=0.0}"}, {}, 2, 4};
  train_to("short", 2, longer, false);
  const auto before = file("short/recipe.toml");
  const std::string message = message_of<Error>([&] { train_to("short", 4, longer, true); });
  for (const char* part : {"train.epochs is 2 in the run, now 4", "train.schedule = { cosine = 0.0", "--init ",
                           "short/model.safetensors", "--output-dir"})
    EXPECT_NE(message.find(part), std::string::npos) << message;
  EXPECT_TRUE(file("short/recipe.toml") == before);
  EXPECT_EQ(train_to("short", 2, longer, true).epochs.size(), 2u) << "with as many epochs it is just finished";
}

TEST_F(MoreEpochs, CannotBeFewerThanAreDone) {
  const Longer longer{{}, {}, 3, 2};
  train_to("run", 3, longer, false);
  EXPECT_NE(message_of<Error>([&] { train_to("run", 2, longer, true); }).find("has 3 epochs already"),
            std::string::npos);
}

TEST_F(TrainingSessionTest, NamesEveryKeyThatDiffersFromTheRuns) {
  TrainingRequest request{.recipe = {.data = data_, .overrides = {"train.epochs=1"}}, .folder = folder_.path() / "run"};
  train(request, silent_);
  request.existing = RunFolder::Existing::resume;
  request.recipe = {.overrides = {"train.seed=7", "train.epochs=2", "data.scale=minmax"}, .learning_rate = 0.5};
  const std::string message = message_of<Error>([&] { train(request, silent_); });
  for (const char* part : {"data.scale: \"standard\" in the run, now \"minmax\"", "train.seed: 42 in the run, now 7",
                           "train.epochs: 1 in the run, now 2", "now { adam = 0.5,", "hourglass train --resume "})
    EXPECT_NE(message.find(part), std::string::npos) << message;
}

TEST_F(TrainingSessionTest, ResumesOnDataThatMoved) {
  TrainingRequest request{.recipe = {.data = data_, .overrides = {"train.epochs=1"}}, .folder = folder_.path() / "run"};
  train(request, silent_);
  const std::string moved = (folder_.path() / "moved.csv").string();
  std::filesystem::rename(data_, moved);
  request.existing = RunFolder::Existing::resume;
  request.recipe = {.overrides = {"train.epochs=2"}};
  EXPECT_NE(message_of<Error>([&] { train(request, silent_); }).find("add --data PATH"), std::string::npos);
  request.recipe.data = moved;
  EXPECT_EQ(train(request, silent_).epochs.size(), 2u);
}

/// Looks for a checkpoint before the first step.
struct CheckpointAtStart final : RunListener {
  explicit CheckpointAtStart(std::filesystem::path file) : file(std::move(file)) {}
  void on_start(const RunStart&) override { was_there = std::filesystem::exists(file); }
  std::filesystem::path file;
  bool was_there = false;
};

TEST_F(TrainingSessionTest, HoldsGivenWeightsInACheckpointFromTheStart) {
  TrainingRequest request{.recipe = {.data = data_, .overrides = {"train.epochs=1"}}, .folder = folder_.path() / "a"};
  train(request, silent_);
  request.init = (folder_.path() / "a/model.safetensors").string();
  request.folder = folder_.path() / "b";
  CheckpointAtStart listener(folder_.path() / "b/checkpoint/newest.safetensors");
  train(request, listener);
  EXPECT_TRUE(listener.was_there);
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

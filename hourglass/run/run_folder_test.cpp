#include "hourglass/run/run_folder.h"

#include <gtest/gtest.h>

#include <fstream>

#include "hourglass/base/error.h"
#include "hourglass/base/file.h"
#include "support/message_of.h"

namespace hourglass {
namespace {

namespace fs = std::filesystem;
using Existing = RunFolder::Existing;

class RunFolderTest : public testing::Test {
 protected:
  void write(const std::string& file, const std::string& text = "x") const {
    fs::create_directories((path_ / file).parent_path());
    std::ofstream(path_ / file) << text;
  }
  bool exists(const std::string& file) const { return fs::exists(path_ / file); }
  std::string refusal(Existing existing) const {
    return message_of<Error>([&] { RunFolder(path_, existing); });
  }
  std::string refusal_to_begin(int64_t epochs) const {
    const RunFolder folder(path_, Existing::resume);
    return message_of<Error>([&] { folder.check_may_begin_anew("", epochs); });
  }

  TemporaryFolder folder_;
  fs::path path_ = folder_.path() / "runs/run";
};

const std::string kAccepted = "nothing was thrown";

TEST_F(RunFolderTest, IsMadeAndLockedAtOnceAndLeavesNothing) {
  {
    const RunFolder first(path_, Existing::refuse);
    EXPECT_TRUE(exists(".lock"));
    EXPECT_NE(message_of<RuntimeFailure>([&] { RunFolder(path_, Existing::refuse); }).find("in use by"),
              std::string::npos);
  }
  EXPECT_FALSE(fs::exists(path_.parent_path()));
  RunFolder(path_, Existing::refuse).create();
  EXPECT_TRUE(exists("checkpoint"));
  EXPECT_FALSE(exists(".lock"));
  EXPECT_NE(refusal(Existing::refuse).find("is not empty"), std::string::npos);
}

TEST_F(RunFolderTest, IsOverwrittenOnlyIfItHoldsARun) {
  fs::create_directories(path_);
  EXPECT_EQ(refusal(Existing::overwrite), kAccepted);
  for (const char* file : {"recipe.toml", "plots/loss.svg", "report.html", "remarks"}) {
    write(file);
    EXPECT_NE(refusal(Existing::overwrite).find("holds no run"), std::string::npos) << file;
  }
  write("metrics.jsonl");
  EXPECT_EQ(refusal(Existing::overwrite), kAccepted);
  fs::remove_all(path_);
  write("checkpoint/previous.safetensors");
  EXPECT_EQ(refusal(Existing::overwrite), kAccepted);
}

TEST_F(RunFolderTest, LosesNothingWhenARunBeginsAnew) {
  fs::create_directories(path_);
  EXPECT_EQ(refusal_to_begin(1), kAccepted);
  write("recipe.toml");
  EXPECT_NE(refusal_to_begin(1).find("recipe.toml"), std::string::npos) << "it may be the user's";
  fs::create_directory(path_ / "checkpoint");
  write("metrics.jsonl", "{}\n{}\n{\"epo");
  EXPECT_EQ(refusal_to_begin(2), kAccepted) << "as a kill leaves it";
  EXPECT_NE(refusal_to_begin(1).find("metrics.jsonl (2 epochs)"), std::string::npos);
  for (const char* file : {"model.safetensors", "checkpoint/next.safetensors", "checkpoint/previous.safetensors",
                           "report.html", "plots/map.png"}) {
    write(file);
    EXPECT_NE(refusal_to_begin(2).find(file), std::string::npos) << file;
    fs::remove(path_ / file);
  }
}

TEST_F(RunFolderTest, DeletesFiguresAlone) {
  RunFolder folder(path_, Existing::refuse);
  folder.create();
  for (const char* file : {"plots/loss.svg", "plots/loss.txt", "plots/paper.png", "plots/penalty-x.png",
                           "plots/penalty-x y.png", "plots/inner/loss.svg"})
    write(file);
  folder.write_model("bytes");
  for (const char* gone : {"plots/loss.svg", "plots/penalty-x.png"}) EXPECT_FALSE(exists(gone)) << gone;
  for (const char* kept : {"plots/loss.txt", "plots/paper.png", "plots/penalty-x y.png", "plots/inner/loss.svg"})
    EXPECT_TRUE(exists(kept)) << kept;
  fs::remove_all(path_ / "plots");
  write("plots/loss.svg");
  folder.write_model("other bytes");
  EXPECT_FALSE(exists("plots"));
}

TEST_F(RunFolderTest, RefusesCheckpointsThatAreLinks) {
  write("checkpoint/newest.safetensors");
  write("other");
  fs::create_symlink("../other", path_ / "checkpoint/previous.safetensors");
  EXPECT_NE(refusal(Existing::resume).find("previous.safetensors: is a symbolic link"), std::string::npos);
  EXPECT_NE(refusal(Existing::overwrite).find("previous.safetensors: is a symbolic link"), std::string::npos);
}

}  // namespace
}  // namespace hourglass

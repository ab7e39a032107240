#include "hourglass/base/new_folder.h"

#include <gtest/gtest.h>

#include <fstream>

#include "hourglass/base/error.h"
#include "hourglass/base/file.h"

namespace hourglass {
namespace {

namespace fs = std::filesystem;

class NewFolderTest : public testing::Test {
 protected:
  TemporaryFolder folder_;
  fs::path path_ = folder_.path() / "runs" / "one";
};

TEST_F(NewFolderTest, IsDeletedUnlessItIsKept) {
  {
    const NewFolder made(path_ / "");
    EXPECT_TRUE(fs::is_directory(path_));
  }
  EXPECT_FALSE(fs::exists(path_.parent_path()));
  NewFolder(path_).keep();
  EXPECT_TRUE(fs::is_directory(path_));
}

TEST_F(NewFolderTest, StaysWhenItHoldsSomething) {
  {
    const NewFolder made(path_);
    std::ofstream(path_ / "file") << "x";
  }
  EXPECT_TRUE(fs::exists(path_ / "file"));
}

TEST_F(NewFolderTest, OfBeforeStaysWhereItIs) {
  fs::create_directory(path_.parent_path());
  { const NewFolder made(path_); }
  EXPECT_FALSE(fs::exists(path_));
  EXPECT_TRUE(fs::exists(path_.parent_path()));
}

TEST_F(NewFolderTest, CannotBeMadeBelowAFile) {
  std::ofstream(folder_.path() / "runs") << "x";
  EXPECT_THROW(NewFolder{path_}, RuntimeFailure);
}

}  // namespace
}  // namespace hourglass

#include "hourglass/base/folder_files.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <fstream>

#include "hourglass/base/error.h"
#include "support/message_of.h"

namespace hourglass {
namespace {

namespace fs = std::filesystem;

class FolderFilesTest : public testing::Test {
 protected:
  FolderFilesTest() {
    fs::create_directories(path("run/inner"));
    std::ofstream(path("outside")) << "outside";
  }
  fs::path path(const std::string& name) const { return folder_.path() / name; }

  /// Every function refuses this file, says `found`, and changes nothing outside of the folder.
  void expect_refused(const std::string& file, const std::string& found) const {
    const auto message = [&](auto use) { return message_of<Error>(use); };
    for (const std::string& said :
         {message([&] { files_.has(file); }), message([&] { files_.read(file); }),
          message([&] { files_.holds(file, ""); }), message([&] { files_.write(file, "x"); }),
          message([&] { files_.append(file, 7, "x"); }), message([&] { files_.open(file, O_RDWR | O_CREAT); })})
      EXPECT_NE(said.find(": is " + found + ", expected "), std::string::npos) << said;
    files_.remove(file);
    EXPECT_EQ(read_file(path("outside")), "outside");
  }

  TemporaryFolder folder_;
  FolderFiles files_{folder_.path() / "run"};
};

TEST_F(FolderFilesTest, ReadsWhatWasWritten) {
  for (const std::string file : {"file", "inner/file"}) {
    EXPECT_FALSE(files_.has(file));
    EXPECT_FALSE(files_.holds(file, ""));
    EXPECT_EQ(message_of<Error>([&] { files_.read(file); }),
              files_.path(file).string() + ": cannot read: No such file or directory");
    files_.write(file, "bytes");
    EXPECT_TRUE(files_.has(file));
    EXPECT_EQ(files_.read(file), "bytes");
    EXPECT_TRUE(files_.holds(file, "bytes"));
    EXPECT_FALSE(files_.holds(file, "byte"));
    files_.remove(file);
    EXPECT_FALSE(files_.has(file));
  }
  EXPECT_FALSE(files_.has("missing/file"));
}

TEST_F(FolderFilesTest, AppendsToAFileOfTheExpectedSizeOnly) {
  files_.write("file", "one");
  EXPECT_TRUE(files_.append("file", 3, ", two"));
  EXPECT_FALSE(files_.append("file", 3, ", three"));
  EXPECT_FALSE(files_.append("missing", 0, "one"));
  EXPECT_EQ(files_.read("file"), "one, two");
}

TEST_F(FolderFilesTest, TakeNoFileThroughASymbolicLink) {
  fs::create_symlink("../outside", path("run/relative"));
  fs::create_symlink(path("outside"), path("run/absolute"));
  fs::create_symlink("nowhere", path("run/dangling"));
  for (const char* file : {"relative", "absolute", "dangling"}) expect_refused(file, "a symbolic link");
  EXPECT_FALSE(fs::exists(path("run/nowhere")));
}

TEST_F(FolderFilesTest, TakeNoFileThroughALinkedFolder) {
  fs::create_directory(path("elsewhere"));
  std::ofstream(path("elsewhere/file")) << "here";
  fs::create_symlink("../elsewhere", path("run/linked"));
  expect_refused("linked/file", "a symbolic link");
  expect_refused("linked/new", "a symbolic link");
  EXPECT_THROW(files_.make_folder("linked"), Error);
  EXPECT_EQ(read_file(path("elsewhere/file")), "here");
  EXPECT_FALSE(fs::exists(path("elsewhere/new")));
}

TEST_F(FolderFilesTest, TakeNeitherPipesNorFolders) {
  ASSERT_EQ(::mkfifo(path("run/pipe").c_str(), 0600), 0);
  expect_refused("pipe", "a pipe");
  expect_refused("inner", "a folder");
  std::ofstream(path("run/file")) << "x";
  EXPECT_THROW(files_.has("file/below"), Error);
  EXPECT_TRUE(fs::exists(path("run/pipe")) && fs::exists(path("run/inner")));
  if (::mknod(path("run/zero").c_str(), S_IFCHR | 0600, makedev(1, 5)) == 0) expect_refused("zero", "a device");
}

TEST_F(FolderFilesTest, TakeNoNameThatLeadsOutOfTheFolder) {
  for (const std::string& file :
       {std::string("../outside"), std::string("inner/../../outside"), path("outside").string()})
    for (const auto& use : {+[](const FolderFiles&files, const std::string&name) { files.write(name, "x"); },
                            +[](const FolderFiles&files, const std::string&name) { files.read(name); }})
      EXPECT_NE(message_of<Error>([&] { use(files_, file); }).find("leads out of"), std::string::npos) << file;
  EXPECT_EQ(read_file(path("outside")), "outside");
}

/// What another name refers to is never written to in place.
TEST_F(FolderFilesTest, LeaveTheOtherNameOfAHardLinkAlone) {
  fs::create_hard_link(path("outside"), path("run/hard"));
  EXPECT_EQ(files_.read("hard"), "outside");
  EXPECT_FALSE(files_.append("hard", 7, " changed"));
  files_.write("hard", "new");
  EXPECT_EQ(read_file(path("outside")), "outside");
  EXPECT_EQ(files_.read("hard"), "new");
}

TEST_F(FolderFilesTest, MayBeInAFolderThatALinkNames) {
  fs::create_symlink("run", path("link"));
  const FolderFiles linked(path("link"));
  linked.write("file", "x");
  EXPECT_EQ(files_.read("file"), "x");
  linked.make_folder("made");
  linked.make_folder("made");
  EXPECT_TRUE(fs::is_directory(path("run/made")));
}

}  // namespace
}  // namespace hourglass

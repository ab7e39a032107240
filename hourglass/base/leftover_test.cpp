#include "hourglass/base/leftover.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "hourglass/base/file.h"

namespace hourglass {
namespace {

namespace fs = std::filesystem;

class LeftoverTest : public testing::Test {
 protected:
  void make(const std::string& file) const { std::ofstream(path(file)) << "x"; }
  fs::path path(const std::string& name) const { return folder_.path() / name; }

  /// Calls remove_leftovers() in a process of its own, where the folder of the test is not registered.
  template <class Run>
  void end_process(const Run& run) const {
    const pid_t child = ::fork();
    if (child == 0) {
      run([] { remove_leftovers(); });
      ::_exit(0);
    }
    int status = 1;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
  }

  TemporaryFolder folder_;
};

TEST_F(LeftoverTest, IsDeletedWhileItIsRegistered) {
  make("a");
  make("b");
  make("other");
  end_process([&](auto end) {
    const Leftover a(path("a"), Leftover::Kind::file);
    { const Leftover b(path("b"), Leftover::Kind::file); }
    end();
  });
  EXPECT_FALSE(fs::exists(path("a")));
  EXPECT_TRUE(fs::exists(path("b")));
  EXPECT_TRUE(fs::exists(path("other")));
}

TEST_F(LeftoverTest, MayBeAFolderWithAllItHolds) {
  fs::create_directories(path("tree/in/deeper"));
  for (int i = 0; i < 200; ++i) make("tree/in/a-file-with-a-long-name-" + std::to_string(i));
  make("kept");
  fs::create_symlink("../kept", path("tree/link"));
  end_process([&](auto end) {
    const Leftover tree(path("tree"), Leftover::Kind::tree);
    end();
  });
  EXPECT_FALSE(fs::exists(path("tree")));
  EXPECT_TRUE(fs::exists(path("kept")));
}

TEST_F(LeftoverTest, OfFoldersTheEmptyOnesGo) {
  fs::create_directories(path("new/inner"));
  fs::create_directories(path("full"));
  make("full/file");
  make("new/inner/lock");
  end_process([&](auto end) {
    const Leftover outer(path("new"), Leftover::Kind::empty_folder),
        inner(path("new/inner"), Leftover::Kind::empty_folder);
    const Leftover full(path("full"), Leftover::Kind::empty_folder), lock(path("new/inner/lock"), Leftover::Kind::file);
    end();
  });
  EXPECT_FALSE(fs::exists(path("new")));
  EXPECT_TRUE(fs::exists(path("full/file")));
}

TEST_F(LeftoverTest, TakesAnyNumber) {
  std::vector<std::unique_ptr<Leftover>> all;
  for (int i = 0; i < 1000; ++i) all.push_back(std::make_unique<Leftover>(path("none"), Leftover::Kind::file));
  const Leftover too_long(path(std::string(10'000, 'x')), Leftover::Kind::file);
}

/// A signal comes while a file is written: the folder holds nothing new.
TEST_F(LeftoverTest, AreTheTemporaryFilesOfAWrite) {
  const pid_t child = ::fork();
  if (child == 0) {
    std::signal(SIGTERM, [](int) {
      remove_leftovers();
      ::_exit(0);
    });
    const std::string bytes(1 << 22, 'x');
    while (true) write_file_atomically(path("file"), bytes);
  }
  ::usleep(100'000);
  ::kill(child, SIGTERM);
  int status = 1;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  for (const auto& entry : fs::directory_iterator(folder_.path())) EXPECT_EQ(entry.path().filename(), "file");
}

}  // namespace
}  // namespace hourglass

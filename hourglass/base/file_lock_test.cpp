#include "hourglass/base/file_lock.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "hourglass/base/error.h"
#include "hourglass/base/file.h"
#include "support/message_of.h"

namespace hourglass {
namespace {

namespace fs = std::filesystem;

class FileLockTest : public testing::Test {
 protected:
  void SetUp() override { fs::create_directories(file_.parent_path()); }
  void TearDown() override { fs::remove_all(file_.parent_path()); }

  /// A process that holds the lock until it is killed.
  pid_t holder() const {
    int ready[2];
    if (::pipe(ready) != 0) return -1;
    const pid_t child = ::fork();
    if (child == 0) {
      const FileLock lock(file_);
      if (::write(ready[1], "x", 1) != 1) ::_exit(1);
      while (true) ::pause();
    }
    char byte;
    EXPECT_EQ(::read(ready[0], &byte, 1), 1);
    ::close(ready[0]);
    ::close(ready[1]);
    return child;
  }
  static void end(pid_t process) {
    ::kill(process, SIGKILL);
    ::waitpid(process, nullptr, 0);
  }

  fs::path file_ = fs::temp_directory_path() / fmt::format("hourglass-lock-test-{}", ::getpid()) / ".lock";
};

TEST_F(FileLockTest, NamesTheProcessAndTheHostThatHoldIt) {
  const pid_t other = holder();
  const std::string message = message_of<RuntimeFailure>([&] { FileLock lock(file_); });
  EXPECT_TRUE(message.starts_with(fmt::format("{}: in use by process {} on ", file_.parent_path().string(), other)))
      << message;
  end(other);
}

TEST_F(FileLockTest, EndsWithItsProcess) {
  end(holder());
  EXPECT_TRUE(fs::exists(file_));
  EXPECT_NO_THROW(FileLock lock(file_));
}

TEST_F(FileLockTest, LeavesNoFileBehind) {
  { const FileLock lock(file_); }
  EXPECT_FALSE(fs::exists(file_));
}

TEST_F(FileLockTest, IgnoresAFileThatAnotherProcessLeft) {
  std::ofstream(file_) << "process 1 on moon\n";
  EXPECT_NO_THROW(FileLock lock(file_));
}

TEST_F(FileLockTest, FailsWhereThereIsNoFolder) {
  EXPECT_THROW(FileLock(file_.parent_path() / "no" / ".lock"), RuntimeFailure);
}

TEST_F(FileLockTest, FollowsNoLinkAndEmptiesNoOtherFile) {
  const fs::path other = file_.parent_path() / "thesis";
  std::ofstream(other) << "text";
  for (const auto link : {+[](const fs::path&to, const fs::path&at) { fs::create_symlink(to, at); },
                          +[](const fs::path&to, const fs::path&at) { fs::create_hard_link(to, at); }}) {
    link(other, file_);
    EXPECT_NE(message_of<Error>([&] { FileLock lock(file_); }).find("link"), std::string::npos);
    EXPECT_TRUE(fs::exists(file_));
    fs::remove(file_);
    EXPECT_EQ(read_file(other), "text");
  }
  fs::create_symlink("nowhere", file_);
  EXPECT_THROW(FileLock{file_}, Error);
  EXPECT_FALSE(fs::exists(file_.parent_path() / "nowhere"));
}

TEST_F(FileLockTest, LeavesTheFileOfAnotherProgram) {
  std::ofstream(file_) << "4711 of an editor";
  EXPECT_NE(message_of<Error>([&] { FileLock lock(file_); }).find("no lock file of this program"), std::string::npos);
  EXPECT_EQ(read_file(file_), "4711 of an editor");
  std::ofstream(file_) << "";
  { const FileLock lock(file_); }
  EXPECT_EQ(read_file(file_), "");
  ASSERT_TRUE(fs::remove(file_));
  ASSERT_EQ(::mkfifo(file_.c_str(), 0600), 0);
  EXPECT_THROW(FileLock{file_}, Error);
}

/// Each waits until it holds the lock, and is alone then: the file comes and goes meanwhile.
TEST_F(FileLockTest, IsHeldByOneAtATime) {
  const auto compete = [&] {
    for (int held = 0; held < 200;) try {
        const FileLock lock(file_);
        if (std::fopen((file_.string() + "-alone").c_str(), "wx") == nullptr) ::_exit(1);
        fs::remove(file_.string() + "-alone");
        ++held;
      } catch (const Error&) {
      }
    ::_exit(0);
  };
  for (int i = 0; i < 4; ++i)
    if (::fork() == 0) compete();
  for (int i = 0, status; i < 4; ++i) {
    ASSERT_GT(::wait(&status), 0);
    EXPECT_EQ(status, 0);
  }
}

}  // namespace
}  // namespace hourglass

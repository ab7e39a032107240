#include "hourglass/base/file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <fstream>

#include "hourglass/base/error.h"
#include "support/message_of.h"

namespace hourglass {
namespace {

namespace fs = std::filesystem;

class FileTest : public testing::Test {
 protected:
  void SetUp() override { fs::create_directories(folder_); }
  void TearDown() override { fs::remove_all(folder_); }
  size_t entries() const { return static_cast<size_t>(std::distance(fs::directory_iterator(folder_), {})); }

  fs::path folder_ = fs::temp_directory_path() / fmt::format("hourglass-file-test-{}", ::getpid());
  fs::path file_ = folder_ / "file";
};

/// Writes past `bytes` fail inside the scope, as on a full disk.
class WriteLimit {
 public:
  explicit WriteLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~WriteLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  void (*handler_)(int);
  rlimit before_;
};

TEST_F(FileTest, ReadsWhatWasWritten) {
  std::string bytes(100'000, 'x');
  bytes += std::string_view("\0end", 4);
  write_file_atomically(file_, bytes);
  EXPECT_EQ(read_file(file_), bytes);
  EXPECT_EQ(entries(), 1u);
}

TEST_F(FileTest, ReadsTheStart) {
  write_file_atomically(file_, "start");
  EXPECT_EQ(read_start(file_, 3), "sta");
  EXPECT_EQ(read_start(file_, 9), "start");
  EXPECT_THROW(read_start(folder_, 3), Error);
  EXPECT_THROW(read_start(folder_ / "missing", 3), Error);
}

TEST_F(FileTest, ReadsAnEmptyFile) {
  write_file_atomically(file_, "");
  EXPECT_EQ(read_file(file_), "");
}

TEST_F(FileTest, ReadsAFileThatTellsNoSize) { EXPECT_NE(read_file("/proc/self/status"), ""); }

/// Interrupts every system call that takes longer than a millisecond.
class Interruptions {
 public:
  Interruptions() {
    struct sigaction action = {};
    action.sa_handler = [](int) {};  // without SA_RESTART
    ::sigaction(SIGALRM, &action, &before_);
    set_interval(1000);
  }
  ~Interruptions() {
    set_interval(0);
    ::sigaction(SIGALRM, &before_, nullptr);
  }

 private:
  static void set_interval(suseconds_t microseconds) {
    const itimerval timer{{0, microseconds}, {0, microseconds}};
    ::setitimer(ITIMER_REAL, &timer, nullptr);
  }
  struct sigaction before_;
};

TEST_F(FileTest, IsNotDisturbedBySignals) {
  ASSERT_EQ(::mkfifo(file_.c_str(), 0600), 0);
  const pid_t slow_writer = ::fork();
  if (slow_writer == 0) {
    ::usleep(20'000);
    std::ofstream pipe(file_);
    for (int i = 0; i < 5; ++i, ::usleep(10'000)) pipe << "piece" << std::flush;
    pipe.close();
    ::_exit(0);
  }
  {
    const Interruptions interruptions;
    EXPECT_EQ(read_file(file_), "piecepiecepiecepiecepiece");
    const std::string large(1 << 24, 'x');
    write_file_atomically(folder_ / "large", large);
    EXPECT_TRUE(read_file(folder_ / "large") == large);
  }
  ::waitpid(slow_writer, nullptr, 0);
}

TEST_F(FileTest, ReadsAPipeAtHandOnlyIfAProgramWritesToIt) {
  ASSERT_EQ(::mkfifo(file_.c_str(), 0600), 0);
  EXPECT_EQ(message_of<Error>([&] { read_file_at_hand(file_); }),
            file_.string() + ": is a pipe that no program writes to, expected a file");
  const int writer = ::open(file_.c_str(), O_RDWR);  // opened for both it does not wait for a reader
  const pid_t slow_writer = ::fork();
  if (slow_writer == 0) {
    for (const char* part : {"pie", "ce"}) {
      ::usleep(20'000);
      if (::write(writer, part, std::strlen(part)) < 0) ::_exit(1);
    }
    ::_exit(0);
  }
  ::close(writer);
  EXPECT_EQ(read_file_at_hand(file_), "piece");
  ::waitpid(slow_writer, nullptr, 0);
  write_file_atomically(folder_ / "plain", "text");
  EXPECT_EQ(read_file_at_hand(folder_ / "plain"), "text");
}

TEST_F(FileTest, ReplacesAnExistingFile) {
  write_file_atomically(file_, "a long first text");
  write_file_atomically(file_, "second");
  EXPECT_EQ(read_file(file_), "second");
}

TEST_F(FileTest, WritesIntoTheCurrentFolder) {
  const fs::path before = fs::current_path();
  fs::current_path(folder_);
  write_file_atomically("plain", "here");
  fs::current_path(before);
  EXPECT_EQ(read_file(folder_ / "plain"), "here");
}

TEST_F(FileTest, RefusesToReadAMissingFile) {
  EXPECT_EQ(message_of<Error>([&] { read_file(file_); }), file_.string() + ": cannot read: No such file or directory");
}

TEST_F(FileTest, RefusesToReadAFolder) {
  EXPECT_EQ(message_of<Error>([&] { read_file(folder_); }), folder_.string() + ": cannot read: Is a directory");
}

TEST_F(FileTest, RefusesToReadBeyondTheLimit) {
  write_file_atomically(file_, "12345");
  EXPECT_EQ(read_file(file_, 5), "12345");
  EXPECT_EQ(message_of<Error>([&] { read_file(file_, 4); }), file_.string() + ": larger than the 4 bytes allowed");
  EXPECT_THROW(read_file("/dev/zero", 1000), Error);
}

TEST_F(FileTest, KeepsTheOldFileWhenTheDiskIsFull) {
  write_file_atomically(file_, "previous");
  std::string message;
  {
    const WriteLimit full(4096);
    message = message_of<RuntimeFailure>([&] { write_file_atomically(file_, std::string(100'000, 'x')); });
  }
  EXPECT_EQ(message, file_.string() + ": cannot write: File too large");
  EXPECT_EQ(read_file(file_), "previous");
  EXPECT_EQ(entries(), 1u);
}

TEST_F(FileTest, AppendsNothingWhenTheDiskIsFull) {
  write_file_atomically(file_, "one");
  {
    const WriteLimit full(4096);
    const Descriptor file(open_retrying(file_, O_WRONLY | O_APPEND));
    EXPECT_THROW(append_to_open_file(file, file_, 3, std::string(8192, 'x')), RuntimeFailure);
  }
  EXPECT_EQ(read_file(file_), "one");
}

TEST_F(FileTest, RefusesToReadADevice) {
  for (const char* device : {"/dev/zero", "/dev/null", "/dev/full"})
    EXPECT_EQ(message_of<Error>([&] { read_file(device); }), std::string(device) + ": is a device, expected a file");
}

TEST_F(FileTest, WritesThroughALinkAndLeavesIt) {
  fs::create_directory(folder_ / "inner");
  fs::create_symlink("inner/second", folder_ / "link");
  fs::create_symlink("../file", folder_ / "inner/second");
  for (const char* text : {"made through a dangling link", "replaced"}) {
    write_file_atomically(folder_ / "link", text);
    EXPECT_EQ(read_file(file_), text);
  }
  EXPECT_TRUE(fs::is_symlink(folder_ / "link") && fs::is_symlink(folder_ / "inner/second"));
  EXPECT_FALSE(fs::is_symlink(file_));
}

TEST_F(FileTest, RefusesLinksThatLeadNowhere) {
  fs::create_symlink("b", folder_ / "a");
  fs::create_symlink("a", folder_ / "b");
  EXPECT_EQ(
      message_of<RuntimeFailure>([&] { write_file_atomically(folder_ / "a", "x"); }).find("cannot write: Too many"),
      (folder_ / "a: ").string().size());
  fs::create_symlink("/dev/null", folder_ / "device");
  EXPECT_THROW(write_file_atomically(folder_ / "device", "x"), RuntimeFailure);
  EXPECT_EQ(entries(), 3u);
}

TEST_F(FileTest, KeepsThePermissionsOfTheFileItReplaces) {
  for (const mode_t mode : {0600u, 0640u, 0755u}) {
    write_file_atomically(file_, "before");
    fs::permissions(file_, static_cast<fs::perms>(mode));
    write_file_atomically(file_, "after");
    EXPECT_EQ(fs::status(file_).permissions(), static_cast<fs::perms>(mode));
  }
}

TEST_F(FileTest, RefusesAMissingFolder) {
  const fs::path path = folder_ / "no" / "file";
  EXPECT_EQ(message_of<RuntimeFailure>([&] { write_file_atomically(path, "x"); }),
            path.string() + ": cannot write: No such file or directory");
}

TEST_F(FileTest, RefusesToReplaceAFolder) {
  fs::create_directory(file_);
  EXPECT_EQ(message_of<RuntimeFailure>([&] { write_file_atomically(file_, "x"); }),
            file_.string() + ": cannot write: exists and is not a regular file");
  EXPECT_EQ(entries(), 1u);
}

TEST_F(FileTest, RefusesToReplaceAPipeOrDevice) {
  ASSERT_EQ(::mkfifo(file_.c_str(), 0600), 0);
  EXPECT_THROW(write_file_atomically(file_, "x"), RuntimeFailure);
  EXPECT_TRUE(fs::is_fifo(file_));
}

TEST_F(FileTest, StepsOverATemporaryLeftByAKilledProcess) {
  for (int i = 0; i < 100; ++i) std::ofstream(folder_ / fmt::format(".hourglass-{}-{}.tmp", ::getpid(), i)) << "old";
  write_file_atomically(file_, "new");
  EXPECT_EQ(read_file(file_), "new");
  EXPECT_EQ(entries(), 101u);
}

TEST_F(FileTest, RemovesWhatKilledProcessesLeft) {
  fs::create_directory(folder_ / "plots");
  for (const char* name : {".hourglass-12-0.tmp", "plots/.hourglass-345-67.tmp", "kept.tmp", ".hourglass-notes",
                           ".hourglass-my-1.tmp", ".hourglass-1.tmp", ".hourglass-.tmp"})
    write_file_atomically(folder_ / name, "x");
  fs::create_directory(folder_ / ".hourglass-7-7.tmp");
  remove_temporaries(folder_);
  remove_temporaries(folder_ / "there-is-none");
  EXPECT_FALSE(fs::exists(folder_ / ".hourglass-12-0.tmp"));
  EXPECT_FALSE(fs::is_empty(folder_ / "plots")) << "it may belong to another process";
  EXPECT_TRUE(fs::exists(folder_ / "kept.tmp"));
  EXPECT_EQ(entries(), 7u) << "only names of the program's temporary files";
}

TEST(TemporaryFolder, IsDeletedWithAllItHolds) {
  std::filesystem::path path;
  {
    const TemporaryFolder folder;
    path = folder.path();
    write_file_atomically(path / "file", "x");
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace hourglass

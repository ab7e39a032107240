#include <signal.h>
#include <sys/mount.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <cstdlib>
#include <thread>

#include "cli/workspace.h"

namespace hourglass::cli_test {
namespace {

constexpr const char* kTakesAddresses = "a sanitizer takes more addresses than any limit leaves";

namespace fs = std::filesystem;

/// What a machine does to a run: it ends with a message and an exit code of its own, and nothing is lost.
class Faults : public Workspace {
 protected:
  Faults() {
    fs::copy(kSample, path("sample"));
    train("dense.toml", "uninterrupted", kRun);
  }

  void expect_same_run(const std::string& run) const {
    EXPECT_TRUE(read(run + "/model.safetensors") == read("uninterrupted/model.safetensors"));
    EXPECT_EQ(metrics(run), metrics("uninterrupted"));
  }
  void resume() const {
    train("dense.toml", "run", resuming());
    expect_same_run("run");
  }
  static Words resuming() {
    Words words = kRun;
    words.push_back("--resume");
    return words;
  }
  /// Has a run in `run` meet a fault after its first epoch.
  Outcome meet(const std::function<void(const Process&)>& fault) const {
    Process process(launch(training("dense.toml", "run", kRun)));
    EXPECT_TRUE(process.says("epoch  1/12"));
    fault(process);
    return process.wait();
  }

  static const Words kRun;
};

const Words Faults::kRun = {"--data", "sample", "--epochs", "12"};

/// A file system of its own, small, in the folder `small`; only root can have one.
class SmallDisk : public Faults {
 protected:
  void SetUp() override {
    fs::create_directory(path("small"));
    mounted_ = ::mount("none", path("small").c_str(), "tmpfs", 0, "size=600k") == 0;
    if (!mounted_) GTEST_SKIP() << "a file system can be mounted by root alone";
  }
  void TearDown() override {
    if (mounted_) ::umount2(path("small").c_str(), MNT_DETACH);
  }
  void remount(unsigned long flags, const char* options) const {
    ASSERT_EQ(::mount("none", path("small").c_str(), "tmpfs", MS_REMOUNT | flags, options), 0);
  }

 private:
  bool mounted_ = false;
};

TEST_F(SmallDisk, ThatIsFullEndsARunWhichResumesWhenThereIsSpace) {
  const Outcome full = run(training("dense.toml", "small/run", kRun));
  EXPECT_TRUE(failed(1, full, {"small/run/", "cannot write: No space left on device"}));
  const auto left = files("small/run");
  EXPECT_TRUE(left.contains("checkpoint/newest.safetensors"));
  for (const auto& [file, bytes] : left) EXPECT_FALSE(file.ends_with(".tmp")) << file;
  remount(0, "size=8m");
  const Outcome resumed = train("dense.toml", "small/run", resuming());
  EXPECT_TRUE(contains(resumed.err, "resuming from small/run/checkpoint/newest.safetensors"));
  expect_same_run("small/run");
}

TEST_F(SmallDisk, ThatIsReadOnlyIsRefusedBeforeAnythingIsRead) {
  remount(MS_RDONLY, "size=8m");
  EXPECT_TRUE(refused(run(training("dense.toml", "small/run", kRun)), {"small", "no permission to write"}));
}

TEST_F(Faults, AReadOnlyFolderIsRefusedBeforeAnythingIsRead) {
  fs::create_directory(path("locked"));
  fs::permissions(path("locked"), fs::perms::owner_read | fs::perms::owner_exec);
  const Outcome outcome = run_after(obey_permissions, training("dense.toml", "locked/run", kRun));
  EXPECT_TRUE(refused(outcome, {"locked", "no permission to write"}));
}

TEST_F(Faults, AVanishedOutputFolderEndsARunWhichResumesWhenItIsBack) {
  const Outcome outcome = meet([&](const Process&) { fs::rename(path("run"), path("elsewhere")); });
  EXPECT_TRUE(failed(1, outcome, {"run/", "cannot write: No such file or directory"}));
  EXPECT_FALSE(exists("run"));
  fs::rename(path("elsewhere"), path("run"));
  resume();
}

TEST_F(Faults, DataThatVanishesWhileInUseIsNotMissed) {
  EXPECT_TRUE(succeeded(meet([&](const Process&) { fs::remove_all(path("sample")); })));
  expect_same_run("run");
}

TEST_F(Faults, DataTruncatedWhileInUseIsNotMissedUntilItIsReadAgain) {
  const fs::path images = path("sample/train-images-idx3-ubyte.gz");
  const Outcome stopped = meet([&](const Process& process) {
    fs::resize_file(images, fs::file_size(images) / 2);
    process.send(SIGTERM);
  });
  EXPECT_EQ(stopped.code, 130);
  EXPECT_TRUE(refused(run(training("dense.toml", "run", resuming())), {images.filename(), "ends early"}));
  fs::copy(kSample, path("sample"), fs::copy_options::overwrite_existing | fs::copy_options::recursive);
  resume();
}

TEST_F(Faults, DataThatCannotBeReadIsNamed) {
  fs::permissions(path("sample/t10k-labels-idx1-ubyte.gz"), fs::perms::none);
  const Outcome forbidden = run_after(obey_permissions, training("dense.toml", "run", kRun));
  EXPECT_TRUE(refused(forbidden, {"sample/t10k-labels-idx1-ubyte.gz: cannot read: Permission denied"}));
  const Outcome broken = run(training("dense.toml", "run", {"--data", "/proc/self/mem"}));
  EXPECT_TRUE(refused(broken, {"/proc/self/mem: cannot read: Input/output error"})) << "as from a bad disk";
  EXPECT_FALSE(exists("run"));
}

TEST_F(Faults, BeingStoppedAndContinuedChangesNothing) {
  const Outcome outcome = meet([&](const Process& process) {
    for (int i = 0; i < 40; ++i) {
      process.send(i % 2 ? SIGCONT : SIGSTOP);
      std::this_thread::sleep_for(std::chrono::milliseconds(3));
    }
  });
  EXPECT_TRUE(succeeded(outcome));
  expect_same_run("run");
}

TEST_F(Faults, AClockThatRunsBackwardsChangesNothing) {
  if (kIsSanitized) GTEST_SKIP() << "the sanitizer's library must be the first to be loaded";
  const auto preload = [] { ::setenv("LD_PRELOAD", CLOCK_BACKWARDS, 1); };
  EXPECT_TRUE(succeeded(run_after(preload, training("dense.toml", "run", kRun))));
  expect_same_run("run");
  std::istringstream lines(read("run/metrics.jsonl"));
  for (std::string line; std::getline(lines, line);) EXPECT_GT(nlohmann::json::parse(line)["seconds"], 0);
}

/// From what loads the program to what trains two epochs; where memory runs out differs from step to step.
TEST_F(Faults, TooLittleMemoryIsSaid) {
  if (kIsSanitized) GTEST_SKIP() << kTakesAddresses;
  for (const auto& [recipe, more] :
       {std::pair<std::string, Words>{"dense.toml", {"--set", "model.encoder=[{dense=900}]"}},
        std::pair<std::string, Words>{"conv.toml", {}},
        std::pair<std::string, Words>{"conv.toml", {"--threads", "4"}}}) {
    int said = 0;
    bool enough = false;
    for (rlim_t megabytes = 90; !enough && megabytes < 1000; megabytes += 12) {
      fs::remove_all(path("run"));
      const Outcome outcome = run_after(limited(RLIMIT_AS, megabytes << 20), training(recipe, "run", more));
      enough = outcome.code == 0;
      if (!enough) {
        EXPECT_TRUE(failed(1, outcome, {"error: out of memory"})) << megabytes << " MB";
      }
      ++said;
    }
    EXPECT_TRUE(enough);
    EXPECT_GT(said, 3);
  }
}

TEST_F(Faults, TooLittleMemoryForThreadsCostsNothingButTime) {
  if (kIsSanitized) GTEST_SKIP() << kTakesAddresses;
  const auto limit = limited(RLIMIT_AS, 500 << 20);  // each thread's stack takes 8 MB of it
  Words words = kRun;
  words.insert(words.end(), {"--threads", "200"});
  EXPECT_TRUE(succeeded(run_after(limit, training("dense.toml", "run", words))));
  expect_same_run("run");
}

}  // namespace
}  // namespace hourglass::cli_test

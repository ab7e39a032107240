#include "hourglass/data/process.h"

#include <gtest/gtest.h>

#include "hourglass/base/error.h"
#include "hourglass/base/file.h"
#include "support/message_of.h"

namespace hourglass {
namespace {

TEST(Process, RunsInTheFolderWithoutAShell) {
  const TemporaryFolder folder;
  run_program({"touch", "a b; $HOME"}, folder.path());
  EXPECT_TRUE(std::filesystem::exists(folder.path() / "a b; $HOME"));
}

TEST(Process, KeepsWhatTheProgramPrints) {
  const TemporaryFolder folder;
  run_program({"echo", "hello"}, folder.path());
  EXPECT_EQ(read_file(folder.path() / "output"), "hello\n");
}

TEST(Process, ReportsAMissingProgram) {
  const TemporaryFolder folder;
  EXPECT_EQ(message_of<RuntimeFailure>([&] {
              run_program({"no-such-program", "x"}, folder.path());
            }),
            "no-such-program x: no-such-program is not installed");
}

TEST(Process, ReportsTheFirstLineOfAFailure) {
  const TemporaryFolder folder;
  EXPECT_EQ(message_of<RuntimeFailure>([&] {
              run_program({"sh", "-c", "echo one; echo two; exit 3"}, folder.path());
            }),
            "sh -c echo one; echo two; exit 3: one");
  EXPECT_EQ(message_of<RuntimeFailure>([&] { run_program({"false"}, folder.path()); }), "false: failed without a word");
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

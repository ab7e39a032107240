#include "hourglass/base/subprocess.h"

#include <gtest/gtest.h>

#include <cstdlib>

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

TEST(Process, ReturnsWhatTheProgramPrints) {
  const TemporaryFolder folder;
  EXPECT_EQ(run_program({"echo", "hello"}, folder.path()), "hello\n");
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
  EXPECT_EQ(message_of<RuntimeFailure>([&] { run_program({"false"}, folder.path()); }),
            "false: failed without a message");
}

TEST(Process, HasItsOwnInputAndTwoOutputs) {
  const ProcessResult result = run_process({"sh", "-c", "cat; echo no >&2; exit 3"}, {.input = "a\nb"});
  EXPECT_EQ(result.exit_status, 3);
  EXPECT_EQ(result.output, "a\nb");
  EXPECT_EQ(result.errors, "no\n");
}

TEST(Process, MayBeWithoutAVariableOfTheEnvironment) {
  setenv("HOURGLASS_TEST_A", "1", 1);
  setenv("HOURGLASS_TEST_AB", "2", 1);
  const std::vector<std::string> command = {"sh", "-c", "echo $HOURGLASS_TEST_A,$HOURGLASS_TEST_AB"};
  EXPECT_EQ(run_process(command, {.hidden = "HOURGLASS_TEST_A"}).output, ",2\n");
  EXPECT_EQ(run_process(command).output, "1,2\n");
}

TEST(Process, MayHaveItsOwnProcessGroup) {
  const std::vector<std::string> command = {"sh", "-c", "set -- $(cat /proc/$$/stat); test $5 -eq $$"};
  EXPECT_EQ(run_process(command, {.own_group = true}).exit_status, 0);
  EXPECT_NE(run_process(command).exit_status, 0);
}

TEST(Process, ThatASignalEndsHasNoExitStatus) { EXPECT_EQ(run_process({"sh", "-c", "kill -9 $$"}).exit_status, -1); }

}  // namespace
}  // namespace hourglass

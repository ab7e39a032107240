#include "hourglass/report/terminal/progress.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <sstream>
#include <string>

#include "hourglass/report/format.h"

namespace hourglass {
namespace {

using std::chrono::milliseconds;

const RunStart kRun{.name = "demo", .reconstruction = "bce", .epochs = 20, .steps_per_epoch = 100, .rows = 60000};

StepRecord step_of(int64_t epoch, int64_t step) {
  Terms running{0.1, 0.0731, {{"contractive", 18.2}, {"sparse_kl", 0.0125}}};
  return {epoch, step, running, static_cast<double>(step) * 0.06, step * 600};
}

EpochRecord epoch_of(int64_t epoch) {
  return {epoch, {0.1, 0.0731, {{"contractive", 18.2}}}, std::nullopt, std::nullopt, 6, 9140.4};
}

class Progress : public ::testing::Test {
 protected:
  ProgressOptions terminal(int width = 120) {
    return {.terminal = true, .width = [width] { return width; }, .now = [this] { return now_; }};
  }

  /// What a terminal's last line shows after all that was written.
  std::string last_line() const {
    const std::string all = out_.str();
    std::string line = all.substr(all.find_last_of("\r\n") + 1);
    EXPECT_TRUE(line.ends_with("\x1b[K")) << line;
    return line.substr(0, line.size() - 3);
  }

  std::ostringstream out_;
  std::chrono::steady_clock::time_point now_{};
};

TEST_F(Progress, WritesOnePlainLinePerEpochWhereThereIsNoTerminal) {
  {
    ProgressBar bar(out_);
    bar.on_start(kRun);
    bar.on_step(step_of(7, 62));
    EpochRecord record = epoch_of(7);
    record.test = Terms{0.0722, 0.0722, {}};
    bar.on_epoch(record);
    record.validation = Terms{0.07, 0.07, {}};
    bar.on_epoch(record);
    bar.on_note("stopped early");
  }
  EXPECT_EQ(out_.str(),
            "epoch  7/20  train bce 0.07310  test bce 0.07220  contractive 18.20  9,140 samples/s\n"
            "epoch  7/20  train bce 0.07310  validation bce 0.07000  test bce 0.07220  contractive 18.20  "
            "9,140 samples/s\n"
            "stopped early\n");
}

TEST_F(Progress, ShowsTheEpochUnderWayOnATerminal) {
  ProgressBar bar(out_, terminal(116));
  bar.on_start(kRun);
  bar.on_step(step_of(19, 50));
  EXPECT_EQ(last_line(),
            "epoch 19/20  ━━━━━━━───────  50/100  bce 0.07310  contractive 18.20  sparse_kl 0.01250  10,000 samples/s"
            "  0:09 left");
  EXPECT_EQ(display_width(last_line()), 115);
}

TEST_F(Progress, NeverReachesTheLastColumnInAnyWindow) {
  for (int width = 0; width < 200; ++width) {
    out_.str("");
    ProgressBar bar(out_, terminal(width));
    bar.on_start(kRun);
    bar.on_step(step_of(1, 62));
    EXPECT_LE(display_width(last_line()), std::max(width - 1, 0)) << last_line();
  }
}

TEST_F(Progress, GivesUpTheLeastImportantPartsFirst) {
  const auto at = [this](int width) {
    ProgressBar bar(out_, terminal(width));
    bar.on_start(kRun);
    bar.on_step(step_of(1, 62));
    return last_line();
  };
  EXPECT_EQ(at(102).find("62/100"), std::string::npos);
  EXPECT_NE(at(102).find("sparse_kl"), std::string::npos);
  EXPECT_EQ(at(95).find("sparse_kl"), std::string::npos);
  EXPECT_NE(at(95).find("contractive"), std::string::npos);
  EXPECT_NE(at(70).find("samples/s"), std::string::npos);
  EXPECT_EQ(at(50).find("samples/s"), std::string::npos);
  EXPECT_NE(at(50).find("left"), std::string::npos);
  EXPECT_EQ(at(8), "epoch  ");
}

TEST_F(Progress, DrawsAtMostTenTimesASecond) {
  ProgressBar bar(out_, terminal());
  bar.on_start(kRun);
  for (int i = 1; i <= 100; ++i) {
    bar.on_step(step_of(1, i));
    now_ += milliseconds(10);
  }
  EXPECT_EQ(std::ranges::count(out_.str(), '\r'), 10);
}

TEST_F(Progress, KeepsTheBarApartFromLastingLines) {
  {
    ProgressBar bar(out_, terminal());
    bar.on_start(kRun);
    bar.on_step(step_of(1, 100));
    out_.str("");
    bar.on_note("rejected a step");
    bar.on_epoch(epoch_of(1));
    EXPECT_EQ(out_.str(),
              "\r\x1b[Krejected a step\nepoch  1/20  train bce 0.07310  contractive 18.20  9,140 samples/s\n");
    now_ += milliseconds(200);
    bar.on_step(step_of(2, 1));
    out_.str("");
  }
  EXPECT_EQ(out_.str(), "\r\x1b[K");
}

TEST_F(Progress, CountsEvaluationIntoTheTimeLeft) {
  ProgressBar bar(out_, terminal());
  bar.on_start(kRun);
  bar.on_step(step_of(1, 100));
  now_ += milliseconds(4000);
  bar.on_epoch(epoch_of(1));
  bar.on_step(step_of(2, 50));
  // 18.5 epochs of 6 s and 19 evaluations of 4 s.
  EXPECT_TRUE(last_line().ends_with("  3:07 left")) << last_line();
}

TEST_F(Progress, FollowsTheWindow) {
  int width = 120;
  ProgressOptions options = terminal();
  options.width = [&] { return width; };
  ProgressBar bar(out_, options);
  bar.on_start(kRun);
  bar.on_step(step_of(1, 1));
  width = 40;
  now_ += milliseconds(200);
  bar.on_step(step_of(1, 2));
  EXPECT_LE(display_width(last_line()), 39);
}

TEST_F(Progress, WritesNoControlCharacterOfAName) {
  RunStart run = kRun;
  run.reconstruction = "\x1b[2J";
  for (const bool is_terminal : {false, true}) {
    ProgressBar bar(out_, is_terminal ? terminal() : ProgressOptions());
    bar.on_start(run);
    bar.on_step(step_of(1, 1));
    bar.on_epoch(epoch_of(1));
    bar.on_note("x\x1b]0;\x07\nerror: y");
    bar.on_stage("\r\x9b", 0.1);
    now_ += milliseconds(20000);
    bar.on_stage("\r\x9b", 0.2);
  }
  for (const char* bad : {"\x1b[2", "\x1b]", "\x07", "\x9b", "\nerror", "\r\r"})
    EXPECT_EQ(out_.str().find(bad), std::string::npos) << bad;
  for (const char* good : {"\\u001b[2J", "x\\u001b]0;\\u0007\n  error: y\n", "\\u000d\\x9b"})
    EXPECT_NE(out_.str().find(good), std::string::npos) << good;
}

TEST_F(Progress, SurvivesNumbersThatAreNone) {
  ProgressBar bar(out_, terminal());
  bar.on_start(kRun);
  StepRecord step = step_of(1, 1);
  step.seconds = 0;
  step.running.reconstruction = std::numeric_limits<double>::quiet_NaN();
  bar.on_step(step);
  EXPECT_NE(last_line().find("bce nan"), std::string::npos);
  EXPECT_NE(last_line().find("? samples/s"), std::string::npos);
}

}  // namespace
}  // namespace hourglass

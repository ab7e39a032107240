#include "hourglass/report/terminal/stage_progress.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "hourglass/report/format.h"

namespace hourglass {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class StageProgressText : public ::testing::Test {
 protected:
  ProgressOptions options(bool terminal, int width = 80) {
    return {.terminal = terminal, .width = [width] { return width; }, .now = [this] { return now_; }};
  }

  /// `steps` updates of one piece of work, so far apart.
  void work(StageProgress& progress, int steps, milliseconds apart) {
    for (int i = 1; i <= steps; ++i) {
      now_ += apart;
      progress.update("spectrum", static_cast<double>(i) / steps);
    }
  }

  std::ostringstream out_;
  std::chrono::steady_clock::time_point now_{};
};

TEST_F(StageProgressText, SaysNothingOfShortWork) {
  for (const bool terminal : {false, true}) {
    StageProgress progress(out_, options(terminal));
    progress.update("spectrum", 0.01);
    work(progress, 10, milliseconds(40));
  }
  EXPECT_EQ(out_.str(), "");
}

TEST_F(StageProgressText, WritesALineEveryTenSecondsWhereThereIsNoTerminal) {
  StageProgress progress(out_, options(false));
  progress.update("spectrum", 0.0);
  work(progress, 50, milliseconds(500));
  EXPECT_EQ(out_.str(), "spectrum: 40 %, 0:15 left\nspectrum: 80 %, 0:05 left\n");
}

TEST_F(StageProgressText, DrawsABarOnATerminalAndTakesItAway) {
  StageProgress progress(out_, options(true, 47));
  progress.update("spectrum", 0.0);
  now_ += seconds(30);
  progress.update("spectrum", 0.25);
  EXPECT_EQ(out_.str(), "\rspectrum  ━━━━───────────────  25 %  1:30 left\x1b[K");
  EXPECT_EQ(display_width("spectrum  ━━━━───────────────  25 %  1:30 left"), 46);
  out_.str("");
  progress.note("l0 is left out");
  EXPECT_EQ(out_.str(), "\r\x1b[Kl0 is left out\n");
  now_ += seconds(1);
  progress.update("spectrum", 0.5);
  out_.str("");
  progress.update("spectrum", 1.0);
  EXPECT_EQ(out_.str(), "\r\x1b[K");
}

TEST_F(StageProgressText, DrawsAtMostTenTimesASecond) {
  StageProgress progress(out_, options(true));
  progress.update("spectrum", 0.0);
  work(progress, 1000, milliseconds(2));
  const std::string all = out_.str();
  EXPECT_EQ(std::ranges::count(all, '\r'), 15 + 1) << "from half a second to two, and the end";
}

TEST_F(StageProgressText, CountsEachWorkFromItsOwnStart) {
  StageProgress progress(out_, options(false));
  progress.update("first", 0.0);
  now_ += seconds(100);
  progress.update("first", 1.0);
  progress.update("second", 0.0);
  now_ += seconds(10);
  progress.update("second", 0.5);
  EXPECT_EQ(out_.str(), "second: 50 %, 0:10 left\n");
}

}  // namespace
}  // namespace hourglass

#include "hourglass/train/checkpoint_timer.h"

#include <gtest/gtest.h>

namespace hourglass {
namespace {

using namespace std::chrono_literals;

const CheckpointTimer::Clock::time_point kStart{};

TEST(CheckpointTimer, CountsAGivenIntervalFromTheEndOfTheLastCheckpoint) {
  CheckpointTimer timer(0.5);
  timer.start(kStart);
  EXPECT_FALSE(timer.is_due(kStart + 29s));
  EXPECT_TRUE(timer.is_due(kStart + 30s));
  timer.record(kStart + 40s, kStart + 50s);
  EXPECT_FALSE(timer.is_due(kStart + 79s));
  EXPECT_TRUE(timer.is_due(kStart + 80s));
}

TEST(CheckpointTimer, DoublesTheAgeOfTheRunUntilCheckpointsTakeOnePercent) {
  CheckpointTimer timer(0);
  timer.start(kStart);
  EXPECT_EQ(timer.checkpoint_interval(), 0.25);
  timer.record(kStart + 1900ms, kStart + 2s);
  EXPECT_EQ(timer.checkpoint_interval(), 2) << "the age of the run";
  timer.record(kStart + 99900ms, kStart + 100s);
  EXPECT_NEAR(timer.checkpoint_interval(), 10, 1e-9) << "100 times 0.1 s";
}

TEST(CheckpointTimer, WaitsAtMostTenMinutes) {
  CheckpointTimer timer(0);
  timer.start(kStart);
  timer.record(kStart + 1h, kStart + 2h);
  EXPECT_EQ(timer.checkpoint_interval(), 600);
}

}  // namespace
}  // namespace hourglass

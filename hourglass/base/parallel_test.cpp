#include "hourglass/base/parallel.h"

#include <gtest/gtest.h>
#include <omp.h>

#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "support/message_of.h"

namespace hourglass {
namespace {

TEST(AvailableThreads, IsAtLeastOneAndNoMoreThanTheMachineHas) {
  EXPECT_GE(available_threads(), 1);
  EXPECT_LE(available_threads(), static_cast<int>(std::thread::hardware_concurrency()));
}

TEST(ParallelFor, RunsEachTaskOnce) {
  for (const int threads : {-1, 0, 1, 2, 3, 8})
    for (const int64_t tasks : {0, 1, 2, 7, 100}) {
      std::vector<std::atomic<int>> runs(static_cast<size_t>(tasks));
      auto task = [&](int64_t i) { ++runs[static_cast<size_t>(i)]; };
      parallel_for(tasks, threads, task);
      for (const auto& count : runs) EXPECT_EQ(count, 1) << threads << " threads, " << tasks << " tasks";
    }
}

TEST(ParallelFor, KeepsATaskOnItsThread) {
  const auto owners = [] {
    std::vector<std::thread::id> ids(10);
    auto task = [&](int64_t i) { ids[static_cast<size_t>(i)] = std::this_thread::get_id(); };
    parallel_for(10, 3, task);
    return ids;
  };
  EXPECT_EQ(owners(), owners());
}

TEST(ParallelFor, StaysOnTheCallersThreadWhenOneIsEnough) {
  std::thread::id id;
  auto task = [&](int64_t) { id = std::this_thread::get_id(); };
  parallel_for(3, 1, task);
  EXPECT_EQ(id, std::this_thread::get_id());
}

TEST(ParallelFor, RethrowsWhatATaskThrowsAfterTheOthersHaveRun) {
  for (const int threads : {1, 3}) {
    std::vector<std::atomic<int>> runs(9);
    auto task = [&](int64_t i) {
      ++runs[static_cast<size_t>(i)];
      if (i == 4) throw std::runtime_error("the fifth");
    };
    EXPECT_EQ(message_of<std::runtime_error>([&] { parallel_for(9, threads, task); }), "the fifth");
    for (const auto& count : runs) EXPECT_EQ(count, 1);
  }
}

TEST(ParallelFor, GivesLibrariesInATaskOneThreadAndLeavesTheCallersSettingAlone) {
  const int before = omp_get_max_threads();
  for (const int threads : {1, 2}) {
    std::vector<int> inside(4);
    auto task = [&](int64_t i) {
      inside[static_cast<size_t>(i)] = omp_get_max_threads();
      if (i == 3) throw std::runtime_error("late");
    };
    EXPECT_THROW(parallel_for(4, threads, task), std::runtime_error);
    EXPECT_EQ(inside, std::vector<int>(4, 1));
    EXPECT_EQ(omp_get_max_threads(), before);
  }
}

}  // namespace
}  // namespace hourglass

#include "hourglass/base/parallel.h"

#include <gtest/gtest.h>
#include <omp.h>

#include <atomic>
#include <bit>
#include <cstdint>
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

/// 1e-39f, a subnormal number, times 1.
float tiny_product() {
  volatile float tiny = 1e-39f, one = 1;
  return tiny * one;
}

TEST(ParallelFor, ComputesWithZeroInPlaceOfSubnormalNumbersInTasksAlone) {
  const auto is_zero = [] { return std::bit_cast<uint32_t>(tiny_product()) == 0; };
  EXPECT_FALSE(is_zero());
  for (const int threads : {1, 4}) {
    std::atomic<int> zeros = 0;
    auto nested = [&](int64_t) { zeros += is_zero(); };
    auto task = [&](int64_t) {
      zeros += is_zero();
      parallel_for(2, threads, nested);
      zeros += is_zero();
    };
    parallel_for(100, threads, task);
    EXPECT_EQ(zeros, 400) << threads;
    EXPECT_FALSE(is_zero());
    auto failing = [](int64_t) { throw std::runtime_error("x"); };
    EXPECT_THROW(parallel_for(2, threads, failing), std::runtime_error);
    EXPECT_FALSE(is_zero());
  }
}

TEST(ParallelFor, RunsManyShortLoopsOneAfterTheOther) {
  std::atomic<int64_t> total = 0;
  for (int64_t round = 0; round < 20000; ++round) {
    auto task = [&](int64_t i) { total += i; };
    parallel_for(round % 5, 1 + static_cast<int>(round % 4), task);
  }
  EXPECT_EQ(total, 4000 * (0 + 0 + 1 + 3 + 6));
}

TEST(ParallelFor, RunsALoopInsideATaskOnThatTasksThread) {
  std::atomic<int> inner_runs = 0;
  auto outer = [&](int64_t) {
    const auto mine = std::this_thread::get_id();
    auto inner = [&](int64_t) { inner_runs += std::this_thread::get_id() == mine; };
    parallel_for(5, 4, inner);
  };
  parallel_for(6, 3, outer);
  EXPECT_EQ(inner_runs, 30);
}

TEST(ParallelFor, ServesSeveralCallersAtOnce) {
  std::atomic<int> runs = 0;
  auto task = [&](int64_t) { ++runs; };
  std::vector<std::thread> callers;
  for (int c = 0; c < 4; ++c)
    callers.emplace_back([&] {
      for (int round = 0; round < 500; ++round) parallel_for(3, 3, task);
    });
  for (auto& caller : callers) caller.join();
  EXPECT_EQ(runs, 4 * 500 * 3);
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

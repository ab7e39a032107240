#include "hourglass/train/thread_choice.h"

#include <gtest/gtest.h>

namespace hourglass {
namespace {

/// Runs steps that take `one` seconds on one thread and `many` on more; how many of them ran on one.
int steps_on_one(ThreadChoice& choice, int steps, double one, double many) {
  int count = 0;
  for (int i = 0; i < steps; ++i) {
    const bool is_one = choice.threads() == 1;
    count += is_one;
    choice.record_step(is_one ? one : many);
  }
  return count;
}

TEST(ThreadChoice, UsesAllThreadsWhereTheyAreFasterAndSeldomTriesOne) {
  ThreadChoice choice(0, 4);
  EXPECT_EQ(choice.threads(), 4);
  EXPECT_LT(steps_on_one(choice, 10000, 2.0, 1.0), 150);
}

TEST(ThreadChoice, UsesOneThreadWhereThatIsFaster) {
  ThreadChoice choice(0, 2);
  EXPECT_GT(steps_on_one(choice, 10000, 1.0, 1.2), 9800);
}

TEST(ThreadChoice, AdaptsWhenTheMachineBecomesBusyAndIdleAgain) {
  ThreadChoice choice(0, 2);
  steps_on_one(choice, 5000, 2.0, 1.0);
  steps_on_one(choice, 2500, 2.0, 5.0);
  EXPECT_GT(steps_on_one(choice, 1000, 2.0, 5.0), 900);
  steps_on_one(choice, 2500, 2.0, 1.0);
  EXPECT_LT(steps_on_one(choice, 1000, 2.0, 1.0), 100);
}

TEST(ThreadChoice, KeepsAFixedNumberOfThreads) {
  ThreadChoice two(2, 8), one(1, 8), alone(0, 1);
  EXPECT_EQ(steps_on_one(two, 1000, 1.0, 5.0), 0);
  EXPECT_EQ(steps_on_one(one, 1000, 5.0, 1.0), 1000);
  EXPECT_EQ(steps_on_one(alone, 1000, 5.0, 1.0), 1000);
}

}  // namespace
}  // namespace hourglass

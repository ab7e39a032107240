#include "hourglass/optim/optimizer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "support/numbers.h"

namespace hourglass {
namespace {

ScheduleConfig schedule(const std::string& kind, double final_factor, int64_t warmup_steps) {
  return {.kind = *find_named<ScheduleKind>(kind), .final_factor = final_factor, .warmup_steps = warmup_steps};
}

TEST(ConstantSchedule, IsOneAlways) {
  for (const int64_t step : {0, 1, 99}) EXPECT_EQ(schedule_factor(schedule("constant", 1, 0), step, 100), 1);
}

TEST(ConstantSchedule, WarmsUpLinearlyToTheFullRate) {
  const auto s = schedule("constant", 1, 4);
  const std::vector<double> expected = {0.25, 0.5, 0.75, 1, 1, 1};
  for (int64_t step = 0; step < 6; ++step) EXPECT_EQ(schedule_factor(s, step, 6), expected[step]) << step;
}

TEST(CosineSchedule, FallsFromOneTowardsTheFinalFactor) {
  const auto s = schedule("cosine", 0.1, 0);
  EXPECT_EQ(schedule_factor(s, 0, 100), 1);
  EXPECT_NEAR(schedule_factor(s, 25, 100), 0.1 + 0.9 * (1 + std::sqrt(0.5)) / 2, 1e-15);
  EXPECT_NEAR(schedule_factor(s, 50, 100), 0.55, 1e-15);
  EXPECT_NEAR(schedule_factor(s, 99, 100), 0.1 + 0.9 * (1 + std::cos(std::numbers::pi * 0.99)) / 2, 1e-15);
  for (int64_t step = 1; step < 100; ++step)
    EXPECT_LT(schedule_factor(s, step, 100), schedule_factor(s, step - 1, 100)) << step;
}

TEST(CosineSchedule, StartsItsFallBehindTheWarmUp) {
  const auto s = schedule("cosine", 0, 10);
  EXPECT_NEAR(schedule_factor(s, 4, 30), 0.5, 1e-15);
  EXPECT_EQ(schedule_factor(s, 9, 30), 1);
  EXPECT_EQ(schedule_factor(s, 10, 30), 1);
  EXPECT_NEAR(schedule_factor(s, 20, 30), 0.5, 1e-15);
}

TEST(Schedules, GiveFiniteFactorsWhenTheRunIsAllWarmUp) {
  for (const std::string kind : {"constant", "cosine"})
    for (int64_t step = 0; step < 5; ++step)
      EXPECT_NEAR(schedule_factor(schedule(kind, 0, 5), step, 5), (step + 1) / 5.0, 1e-15);
}

OptimizerConfig optimizer(const std::string& kind) {
  OptimizerConfig c;
  c.kind = *find_named<OptimizerKind>(kind);
  c.learning_rate = 0.1;
  c.momentum = kind == "sgd" ? 0.9 : 0.0;
  return c;
}

/// θ after three steps, each cut into parts of these sizes.
std::vector<double> trained(const std::string& kind, DType dtype, const std::vector<int64_t>& parts) {
  Optimizer o(optimizer(kind), dtype, 50);
  Tensor theta = normals(dtype, {50}, 1);
  for (int64_t step = 1; step <= 3; ++step) {
    const Tensor gradient = normals(dtype, {50}, 10 + static_cast<uint64_t>(step));
    int64_t first = 0;
    for (const int64_t size : parts) {
      o.update(step, o.learning_rate(), first, gradient.view().part(first, {size}), theta);
      first += size;
    }
  }
  return values_of(theta);
}

TEST(Optimizer, GivesTheSameBitsHoweverThetaIsShared) {
  for (const std::string kind : {"adam", "sgd"})
    for (const DType dtype : {DType::f32, DType::f64}) {
      EXPECT_EQ(trained(kind, dtype, {16, 16, 18}), trained(kind, dtype, {50}));
      EXPECT_EQ(trained(kind, dtype, {1, 30, 19}), trained(kind, dtype, {50}));
    }
}

TEST(Optimizer, NamesTheStateThatACheckpointKeeps) {
  Optimizer adam(optimizer("adam"), DType::f32, 4), sgd(optimizer("sgd"), DType::f32, 4);
  ASSERT_EQ(adam.state().size(), 2);
  EXPECT_EQ(adam.state().at("adam.m").size(), 4);
  EXPECT_EQ(adam.state().at("adam.v").size(), 4);
  ASSERT_EQ(sgd.state().size(), 1);
  EXPECT_EQ(sgd.state().at("sgd.momentum").size(), 4);
}

TEST(Optimizer, ResumesExactlyFromItsState) {
  for (const std::string kind : {"adam", "sgd"}) {
    Optimizer first(optimizer(kind), DType::f32, 20), second(optimizer(kind), DType::f32, 20);
    Tensor theta = normals(DType::f32, {20}, 1);
    const Tensor gradient = normals(DType::f32, {20}, 2);
    first.update(1, 0.1, 0, gradient, theta);
    Tensor copy = theta.clone();
    for (auto& [name, state] : first.state()) ops::add_scaled(1, state, second.state().at(name));
    first.update(2, 0.1, 0, gradient, theta);
    second.update(2, 0.1, 0, gradient, copy);
    EXPECT_EQ(values_of(copy), values_of(theta));
  }
}

TEST(Optimizer, TakesItsOwnSettings) {
  OptimizerConfig c = optimizer("adam");
  c.beta1 = 0.5, c.beta2 = 0.75, c.epsilon = 0.5;
  Optimizer o(c, DType::f64, 1);
  Tensor theta(DType::f64, {1});
  o.update(1, 1, 0, tensor_of({1}, {2}), theta);
  EXPECT_NEAR(values_of(theta)[0], -2 / 2.5, 1e-15);
}

}  // namespace
}  // namespace hourglass

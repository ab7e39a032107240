#include "hourglass/optim/schedule.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "hourglass/base/schema/fields_reader.h"
#include "hourglass/base/schema/toml.h"
#include "support/golden.h"
#include "support/numbers.h"

namespace hourglass {
namespace {

ScheduleConfig schedule(const std::string& kind, double final_factor, int64_t warmup_steps) {
  return {.kind = *find_named<ScheduleKind>(kind), .final_factor = final_factor, .warmup_steps = warmup_steps};
}

TEST(ConstantSchedule, IsOneAlways) {
  for (const int64_t step : {0, 1, 99}) EXPECT_EQ(schedule_factor(schedule("constant", 1, 0), step, 100, 10), 1);
}

TEST(ConstantSchedule, WarmsUpLinearlyToTheFullRate) {
  const auto s = schedule("constant", 1, 4);
  const std::vector<double> expected = {0.25, 0.5, 0.75, 1, 1, 1};
  for (int64_t step = 0; step < 6; ++step) EXPECT_EQ(schedule_factor(s, step, 6, 6), expected[step]) << step;
}

TEST(CosineSchedule, FallsFromOneTowardsTheFinalFactor) {
  const auto s = schedule("cosine", 0.1, 0);
  EXPECT_EQ(schedule_factor(s, 0, 100, 10), 1);
  EXPECT_NEAR(schedule_factor(s, 25, 100, 10), 0.1 + 0.9 * (1 + std::sqrt(0.5)) / 2, 1e-15);
  EXPECT_NEAR(schedule_factor(s, 50, 100, 10), 0.55, 1e-15);
  EXPECT_NEAR(schedule_factor(s, 99, 100, 10), 0.1 + 0.9 * (1 + std::cos(std::numbers::pi * 0.99)) / 2, 1e-15);
  for (int64_t step = 1; step < 100; ++step)
    EXPECT_LT(schedule_factor(s, step, 100, 10), schedule_factor(s, step - 1, 100, 10)) << step;
}

TEST(CosineSchedule, StartsItsFallBehindTheWarmUp) {
  const auto s = schedule("cosine", 0, 10);
  EXPECT_NEAR(schedule_factor(s, 4, 30, 10), 0.5, 1e-15);
  EXPECT_EQ(schedule_factor(s, 9, 30, 10), 1);
  EXPECT_EQ(schedule_factor(s, 10, 30, 10), 1);
  EXPECT_NEAR(schedule_factor(s, 20, 30, 10), 0.5, 1e-15);
}

TEST(Schedules, GiveFiniteFactorsWhenTheRunIsAllWarmUp) {
  for (const std::string kind : {"constant", "cosine", "linear"})
    for (int64_t step = 0; step < 5; ++step)
      EXPECT_NEAR(schedule_factor(schedule(kind, 0, 5), step, 5, 5), (step + 1) / 5.0, 1e-15);
}

TEST(LinearSchedule, FallsInAStraightLineBehindTheWarmUp) {
  const auto s = schedule("linear", 0.2, 10);
  EXPECT_NEAR(schedule_factor(s, 4, 30, 10), 0.5, 1e-15);
  EXPECT_EQ(schedule_factor(s, 10, 30, 10), 1);
  EXPECT_NEAR(schedule_factor(s, 15, 30, 10), 0.8, 1e-15);
  EXPECT_NEAR(schedule_factor(s, 29, 30, 10), 0.24, 1e-15);
}

TEST(OneCycle, IsFiniteHoweverShortTheRunIs) {
  const ScheduleConfig s{.kind = ScheduleKind::one_cycle, .peak = 0.5, .start = 0.1, .end = 0.01};
  EXPECT_NEAR(schedule_factor(s, 0, 1, 1), 0.01, 1e-15);
  EXPECT_NEAR(schedule_factor(s, 0, 2, 2), 1, 1e-15) << "the rise has no step of its own";
  EXPECT_NEAR(schedule_factor(s, 1, 2, 2), 0.01, 1e-15);
}

struct GoldenTrain {
  int64_t epochs = 0;
  ScheduleConfig schedule;
};

void fields(auto& v, GoldenTrain& c) {
  v.field("epochs", c.epochs, at_least(1), "");
  v.choice("schedule", c.schedule, "");
}

/// PyTorch's factors of all steps; of a plateau, those after each epoch with its loss.
TEST(Schedules, GiveFactorsAsPyTorch) {
  for (const auto& [name, golden] : golden_cases("schedules")) {
    GoldenTrain train;
    FieldReader(parse_toml(golden.recipe, name), "").section("train", train);
    const std::vector<double> factors = values_of(golden.tensors.at("factors"));
    const auto total = static_cast<int64_t>(factors.size());
    PlateauState plateau;
    for (int64_t i = 0; i < total; ++i) {
      double factor = schedule_factor(train.schedule, i, total, total / train.epochs);
      if (train.schedule.kind == ScheduleKind::plateau) {
        update_plateau(train.schedule, values_of(golden.tensors.at("losses"))[i], plateau);
        factor = plateau.factor;
      }
      EXPECT_NEAR(factor, factors[i], 1e-12) << name << " " << i;
    }
  }
}

TEST(Plateau, SaysWhenTheRateFalls) {
  const ScheduleConfig s{.kind = ScheduleKind::plateau, .factor = 0.5, .patience = 1};
  PlateauState state;
  std::vector<bool> falls;
  for (const double loss : {3.0, 2.0, 2.0, 2.5, 2.0, 1.0}) falls.push_back(update_plateau(s, loss, state));
  EXPECT_EQ(falls, (std::vector<bool>{false, false, false, true, false, false}));
  EXPECT_EQ(state, (PlateauState{.factor = 0.5, .best = 1, .epochs = 6, .bad_epochs = 0}));
}

}  // namespace
}  // namespace hourglass

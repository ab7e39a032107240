#include "hourglass/optim/schedule.h"

#include <cmath>
#include <numbers>

namespace hourglass {

namespace {

/// From a to b along half a cosine; p from 0 to 1.
double along_cosine(double a, double b, double p) { return a + (b - a) * 0.5 * (1 - std::cos(std::numbers::pi * p)); }

double one_cycle(const ScheduleConfig& s, int64_t step, int64_t total) {
  const auto t = static_cast<double>(step), last = static_cast<double>(total - 1);
  const double top = s.peak * static_cast<double>(total) - 1;
  if (t <= top && top > 0) return along_cosine(s.start, 1, t / top);
  return along_cosine(1, s.end, (t - top) / (last - top));
}

}  // namespace

double schedule_factor(const ScheduleConfig& s, int64_t step, int64_t total, int64_t steps_per_epoch) {
  if (step < s.warmup_steps) return static_cast<double>(step + 1) / static_cast<double>(s.warmup_steps);
  const auto progress = [&] {
    return static_cast<double>(step - s.warmup_steps) / static_cast<double>(total - s.warmup_steps);
  };
  const double f = s.final_factor;
  switch (s.kind) {
    case ScheduleKind::cosine:
      return f + (1 - f) * 0.5 * (1 + std::cos(std::numbers::pi * progress()));
    case ScheduleKind::linear:
      return f + (1 - f) * (1 - progress());
    case ScheduleKind::step:
      return std::pow(s.factor, step / (steps_per_epoch * s.every));
    case ScheduleKind::one_cycle:
      return one_cycle(s, step, total);
    case ScheduleKind::constant:
    case ScheduleKind::plateau:
      break;
  }
  return 1.0;
}

bool update_plateau(const ScheduleConfig& schedule, double loss, PlateauState& state) {
  if (state.epochs++ == 0 || loss < state.best) {
    state.best = loss;
    state.bad_epochs = 0;
    return false;
  }
  if (++state.bad_epochs <= schedule.patience) return false;
  state.bad_epochs = 0;
  state.factor *= schedule.factor;
  return true;
}

}  // namespace hourglass

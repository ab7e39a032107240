#include "hourglass/report/terminal/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "hourglass/report/format.h"

namespace hourglass {
namespace {

using std::chrono::duration;

std::string rate(double samples_per_second) {
  const bool known = std::isfinite(samples_per_second) && samples_per_second < 1e15;
  return fmt::format("{} samples/s", known ? format_count(std::llround(samples_per_second)) : "?");
}

}  // namespace

void ProgressBar::on_step(const StepRecord& step) {
  if (!line_.options().terminal) return;
  last_step_ = line_.options().now();
  if (drawn_ && last_step_ - *drawn_ < kRedrawInterval) return;
  drawn_ = last_step_;
  std::vector<BarPart> parts{{epoch_of(step.epoch), 0},
                             {fmt::format("{}/{}", step.step, run_.steps_per_epoch), 100},
                             {fmt::format("{} {}", run_.reconstruction, format_value(step.running.reconstruction)), 2}};
  for (const auto& [name, value] : step.running.penalties)
    parts.push_back({fmt::format("{} {}", name, format_value(value)), 4 + static_cast<int>(parts.size())});
  parts.push_back({rate(static_cast<double>(step.rows) / step.seconds), 3});
  parts.push_back({seconds_left(step) + " left", 1});
  line_.draw(std::move(parts), static_cast<double>(step.rows) / static_cast<double>(std::max<int64_t>(run_.rows, 1)));
}

void ProgressBar::on_epoch(const EpochRecord& epoch) {
  training_seconds_ += epoch.seconds;
  rows_ += run_.rows;
  evaluation_seconds_ = duration<double>(line_.options().now() - last_step_).count();
  std::string line = epoch_of(epoch.epoch);
  const auto add = [&](const char* split, const Terms& terms) {
    line += fmt::format("  {} {} {}", split, run_.reconstruction, format_value(terms.reconstruction));
  };
  add("train", epoch.train);
  if (epoch.validation) add("validation", *epoch.validation);
  if (epoch.test) add("test", *epoch.test);
  for (const auto& [name, value] : epoch.train.penalties) line += fmt::format("  {} {}", name, format_value(value));
  line_.print(line + "  " + rate(epoch.samples_per_second));
}

std::string ProgressBar::epoch_of(int64_t epoch) const {
  const std::string total = fmt::to_string(run_.epochs);
  return fmt::format("epoch {:>{}}/{}", epoch, total.size(), total);
}

std::string ProgressBar::seconds_left(const StepRecord& step) const {
  const double later = static_cast<double>(run_.epochs - step.epoch);
  const double rows_left = static_cast<double>(run_.rows - step.rows) + later * static_cast<double>(run_.rows);
  const double seconds_per_row = (training_seconds_ + step.seconds) / static_cast<double>(rows_ + step.rows);
  return format_duration(rows_left * seconds_per_row + (later + 1) * evaluation_seconds_);
}

}  // namespace hourglass

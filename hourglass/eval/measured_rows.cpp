#include "hourglass/eval/measured_rows.h"

namespace hourglass {

void ProgressCounter::advance(int64_t steps) {
  if (!progress_) return;
  const std::lock_guard lock(mutex_);
  done_ += steps;
  progress_(what_, static_cast<double>(done_) / static_cast<double>(steps_));
}

void RowSums::add(const RowSums& part) {
  values.resize(part.values.size());
  for (size_t i = 0; i < values.size(); ++i) values[i] += part.values[i];
}

void MeasuredRows::visit(std::string_view what, const Inference::Visit& visit) const {
  ProgressCounter counter(progress, what, data.rows());
  const auto visit_and_count = [&](const Inference::Chunk& chunk) {
    visit(chunk);
    counter.advance(chunk.rows);
  };
  inference.reconstruct(data, visit_and_count, disturb);
}

}  // namespace hourglass

#include "hourglass/eval/measured_rows.h"

namespace hourglass {

void Ticker::advance(int64_t steps) {
  if (!progress_) return;
  const std::lock_guard lock(mutex_);
  done_ += steps;
  progress_(what_, static_cast<double>(done_) / static_cast<double>(steps_));
}

void RowSums::add(const RowSums& part) {
  of.resize(part.of.size());
  for (size_t i = 0; i < of.size(); ++i) of[i] += part.of[i];
}

void MeasuredRows::visit(std::string_view what, const Inference::Visit& visit) const {
  Ticker ticker(progress, what, data.rows());
  const auto tell = [&](const Inference::Chunk& chunk) {
    visit(chunk);
    ticker.advance(chunk.rows);
  };
  inference.reconstruct(data, tell, disturb);
}

}  // namespace hourglass

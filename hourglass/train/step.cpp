#include "hourglass/train/step.h"

#include <algorithm>
#include <cmath>

#include "hourglass/base/parallel.h"
#include "hourglass/tensor/copy.h"

namespace hourglass {

namespace {

constexpr int64_t kPart = 16384;  // parameters the optimiser handles at a time: they stay in cache from sum to update

int64_t lane_start(int64_t rows, int64_t lanes, int64_t lane) { return rows * lane / lanes; }

}  // namespace

int64_t lane_count(int64_t rows) {
  constexpr int64_t kSmallest = 32, kTall = 160, kMost = 16;
  int64_t lanes = rows < kSmallest ? 1 : 2;
  while (rows > lanes * kTall && lanes < kMost) lanes *= 2;
  return lanes;
}

TrainingStep::TrainingStep(Autoencoder& model, Objective& objective, Optimizer& optimizer, const Corruption& corruption,
                           int64_t batch_size, int threads)
    : model_(model), objective_(objective), optimizer_(optimizer), corruption_(corruption), threads_(threads) {
  // A smaller batch may be cut into taller lanes than the full one, but never taller than these.
  const int64_t lanes = lane_count(batch_size), tallest = (batch_size + lanes - 1) / lanes;
  const DType dtype = model.theta().dtype();
  for (int64_t l = 0; l < lanes; ++l)
    lanes_.push_back(objective.make_lane(dtype, std::max<int64_t>(tallest, std::min<int64_t>(batch_size, 160)),
                                         corruption.is_active()));
  lane_gradients_ = Tensor(dtype, {lanes, model.network().parameter_count()});
  gradient_ = Tensor(dtype, {model.network().parameter_count()});
  sums_.resize(objective.sums_size());
}

void TrainingStep::load(const Dataset& data, std::span<const uint32_t> rows, uint32_t epoch, Lane& lane) const {
  lane.rows = static_cast<int64_t>(rows.size());
  lane.epoch = epoch;
  lane.samples = rows;
  gather(data, model_.scaler, rows, lane.clean());
  if (corruption_.is_active()) corruption_.apply(lane.clean(), epoch, rows, lane.input());
}

Objective::Totals TrainingStep::run(const Dataset& data, std::span<const uint32_t> rows, uint32_t epoch, int64_t number,
                                    double rate) {
  const auto count = static_cast<int64_t>(rows.size());
  const int64_t lanes = lane_count(count);
  const ConstView theta = model_.theta();
  const auto forward = [&](int64_t l) {
    const int64_t first = lane_start(count, lanes, l), last = lane_start(count, lanes, l + 1);
    load(data, rows.subspan(first, last - first), epoch, lanes_[l]);
    objective_.forward(theta, lanes_[l], count, true);
  };
  const auto backward = [&](int64_t l, std::span<const double> sums) {
    const View grad = lane_gradients_.view().slice(l, 1);
    clear(grad);
    objective_.backward(theta, lanes_[l], count, sums, grad);
  };
  const std::span<const Lane> used(lanes_.data(), static_cast<size_t>(lanes));

  objective_.prepare(theta);
  if (objective_.couples_rows()) {
    auto first = [&](int64_t l) { forward(l); };
    parallel_for(lanes, threads_, first);
    objective_.combine(used, sums_);
    auto second = [&](int64_t l) { backward(l, sums_); };
    parallel_for(lanes, threads_, second);
  } else {
    auto both = [&](int64_t l) {
      forward(l);
      backward(l, {});
    };
    parallel_for(lanes, threads_, both);
  }
  objective_.combine(used, sums_);
  const auto terms = objective_.terms(theta, sums_, count);
  if (std::isfinite(terms.loss)) move(count, lanes, number, rate);
  return terms;
}

void TrainingStep::move(int64_t rows, int64_t lanes, int64_t number, double rate) {
  const int64_t parameters = gradient_.size();
  auto part = [&](int64_t p) {
    const int64_t first = p * kPart, count = std::min(kPart, parameters - first);
    const View gradient = gradient_.view().part(first, {count});
    ops::sum_lanes(lane_gradients_.view().slice(0, lanes), first, gradient);
    objective_.add_parameter_gradients(model_.theta(), sums_, rows, first, gradient);
    optimizer_.update(number, rate, first, gradient, model_.theta());
  };
  parallel_for((parameters + kPart - 1) / kPart, threads_, part);
}

}  // namespace hourglass

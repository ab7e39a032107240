#include "hourglass/train/step.h"

#include <algorithm>
#include <cmath>

#include "hourglass/base/parallel.h"
#include "hourglass/tensor/copy.h"

namespace hourglass {

namespace {

constexpr int64_t kPart = 32768;  // parameters handled at a time: they stay in cache from their gradient to the update

int64_t lane_start(int64_t rows, int64_t lanes, int64_t lane) { return rows * lane / lanes; }

/// How many lanes a batch is cut into: a function of its rows, never of the threads, so that sums have one order. Lanes
/// are kept tall, for products like tall matrices, yet there are enough of them for a few threads.
int64_t lane_count(int64_t rows, int64_t tall) {
  constexpr int64_t kSmallest = 32, kMost = 16;
  int64_t lanes = rows < kSmallest ? 1 : 2;
  while (rows > lanes * tall && lanes < kMost) lanes *= 2;
  return lanes;
}

}  // namespace

TrainingStep::TrainingStep(Autoencoder& model, Objective& objective, Optimizer& optimizer, const Corruption& corruption,
                           int64_t batch_size, std::span<const int32_t> classes)
    : model_(model), objective_(objective), optimizer_(optimizer), corruption_(corruption), classes_(classes) {
  // A smaller batch may be cut into taller lanes than the full one, but never taller than these.
  const bool keeps_lanes = objective.couples_rows() || objective.makes_rows();
  tall_ = keeps_lanes ? 160 : 80;
  const int64_t lanes = lane_count(batch_size, tall_), tallest = (batch_size + lanes - 1) / lanes;
  lane_capacity_ = std::max(tallest, std::min(batch_size, tall_));
  if (keeps_lanes) kept_lanes_.resize(static_cast<size_t>(lanes));
  lane_sums_.resize(static_cast<size_t>(lanes));
  lane_gradients_ = Tensor(model.theta().dtype(), {lanes, objective.lane_gradient_size()});
  parts_ = parts_of(model.network());
  sums_.resize(objective.sums_size());
}

std::unique_ptr<Lane> TrainingStep::make_lane() const {
  return std::make_unique<Lane>(objective_.make_lane(model_.theta().dtype(), lane_capacity_, corruption_.is_active()));
}

template <class Use>
void TrainingStep::with_lane(int64_t l, Use use) {
  const auto make = [this] { return make_lane(); };
  const auto use_and_note = [&](Lane& lane) {
    use(lane);
    lane_sums_[l] = lane.sums;
  };
  if (kept_lanes_.empty()) return free_lanes_.with(make, use_and_note);
  if (!kept_lanes_[l]) kept_lanes_[l] = make();
  use_and_note(*kept_lanes_[l]);
}

void TrainingStep::load(const Dataset& data, std::span<const uint32_t> rows, uint32_t epoch, Lane& lane) const {
  lane.rows = static_cast<int64_t>(rows.size());
  lane.epoch = epoch;
  lane.samples = rows;
  lane.classes.clear();
  if (objective_.classifies())
    for (const uint32_t row : rows) lane.classes.push_back(classes_[row]);
  gather(data, model_.scaler, rows, lane.clean());
  if (corruption_.is_active()) corruption_.apply(lane.clean(), epoch, rows, lane.input());
}

Objective::Totals TrainingStep::run(const Dataset& data, std::span<const uint32_t> rows, uint32_t epoch, int64_t number,
                                    double rate, int threads) {
  const auto count = static_cast<int64_t>(rows.size());
  const int64_t lanes = lane_count(count, tall_);
  const ConstView theta = model_.theta();
  const auto forward = [&](int64_t l, Lane& lane) {
    const int64_t first = lane_start(count, lanes, l), last = lane_start(count, lanes, l + 1);
    load(data, rows.subspan(first, last - first), epoch, lane);
    objective_.forward(theta, lane, count, true);
  };
  const auto backward = [&](int64_t l, Lane& lane, std::span<const double> sums) {
    const View grad = lane_gradients_.view().slice(l, 1);
    clear(grad);
    objective_.propagate(theta, lane, count, sums, grad);
  };
  const auto lane_sums = std::span(lane_sums_).first(static_cast<size_t>(lanes));

  auto prepare = [&](int64_t) { objective_.prepare(theta); };
  parallel_for(1, 1, prepare);  // a task: libraries called outside one would take all processors
  if (objective_.couples_rows()) {
    auto first = [&](int64_t l) { with_lane(l, [&](Lane& lane) { forward(l, lane); }); };
    parallel_for(lanes, threads, first);
    objective_.combine(lane_sums, sums_);
    auto second = [&](int64_t l) { with_lane(l, [&](Lane& lane) { backward(l, lane, sums_); }); };
    parallel_for(lanes, threads, second);
  } else {
    auto both = [&](int64_t l) {
      with_lane(l, [&](Lane& lane) {
        forward(l, lane);
        backward(l, lane, {});
      });
    };
    parallel_for(lanes, threads, both);
  }
  objective_.combine(lane_sums, sums_);
  const auto terms = objective_.terms(theta, sums_, count);
  if (std::isfinite(terms.loss)) move(count, lanes, number, rate, threads);
  return terms;
}

/// Every parameter in pieces of whole rows.
std::vector<TrainingStep::Part> TrainingStep::parts_of(const Network& network) {
  std::vector<Part> parts;
  for (const Parameter& p : network.parameters()) {
    std::vector<int> layers;
    for (int i = 0; i < network.layers(); ++i)
      if (network.layer(i).makes_rows_of(p)) layers.push_back(i);
    const int64_t rows = p.shape[0], columns = p.shape.size() / rows;
    const int64_t pieces = p.is_bias ? 1 : std::clamp<int64_t>(p.shape.size() / kPart, 1, rows);
    for (int64_t k = 0; k < pieces; ++k) {
      const int64_t first = lane_start(rows, pieces, k), count = lane_start(rows, pieces, k + 1) - first;
      parts.push_back({p, first, p.offset + first * columns, {count, columns}, layers});
    }
  }
  return parts;
}

void TrainingStep::make_gradient(const Part& part, int64_t rows, int64_t lanes, View gradient) {
  ops::Write write = ops::Write::assign;
  if (part.offset < lane_gradients_.shape()[1]) {
    ops::sum_micro_batches(lane_gradients_.view().slice(0, lanes), part.offset, gradient);
    write = ops::Write::accumulate;
  }
  for (const int layer : part.layers)
    for (int64_t l = 0; l < lanes; ++l, write = ops::Write::accumulate)
      objective_.add_gradient_rows(layer, part.parameter, part.first, *kept_lanes_[l], gradient, write);
  objective_.add_parameter_gradients(model_.theta(), sums_, rows, part.offset, gradient);
}

void TrainingStep::move(int64_t rows, int64_t lanes, int64_t number, double rate, int threads) {
  auto one = [&](int64_t p) {
    thread_local Arena arena;
    arena.reset();
    const Part& part = parts_[p];
    const View gradient = arena.take(model_.theta().dtype(), part.shape);
    make_gradient(part, rows, lanes, gradient);
    optimizer_.update(number, rate, part.offset, gradient, model_.theta());
  };
  parallel_for(static_cast<int64_t>(parts_.size()), threads, one);
}

}  // namespace hourglass

#include "hourglass/train/step.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <numeric>

#include "hourglass/base/parallel.h"
#include "hourglass/tensor/backend.h"
#include "hourglass/tensor/copy.h"

namespace hourglass {

namespace {

constexpr int64_t kSliceElements = 32768;  // they stay in cache from their gradient to their update

/// Where part k of `parts` near-equal parts of n begins.
int64_t part_start(int64_t n, int64_t parts, int64_t k) { return n * k / parts; }

/// How many micro-batches a batch is cut into: a function of its rows, never of the threads, so that sums have one
/// order. Micro-batches are tall, since tall products are faster, yet there are enough of them for a few threads.
int64_t micro_batch_count(int64_t rows, int64_t preferred_rows) {
  constexpr int64_t kSmallest = 32, kMost = 16;
  int64_t count = rows < kSmallest ? 1 : 2;
  while (rows > count * preferred_rows && count < kMost) count *= 2;
  return count;
}

}  // namespace

BatchPlan::BatchPlan(const Objective& objective, const ops::Backend& backend, int64_t batch_size)
    : keeps_batches(objective.couples_rows() || objective.network().defers_weight_gradients()) {
  preferred_rows = backend.preferred_micro_batch_rows(keeps_batches);
  micro_batches = micro_batch_count(batch_size, preferred_rows);
  // A smaller batch may be cut into taller micro-batches than the full one, but never taller than preferred.
  const int64_t tallest = (batch_size + micro_batches - 1) / micro_batches;
  capacity = std::max(tallest, std::min(batch_size, preferred_rows));
}

int64_t step_memory(const Objective& objective, int64_t batch_size, bool corrupted, int threads) {
  const Tensor one(DType::f32, {1});
  const BatchPlan plan(objective, ops::backend_of(one), batch_size);
  const Network& network = objective.network();
  int64_t row = (corrupted ? 2 : 1) * network.input().size(), widest = 0;
  for (int i = 0; i < network.layers(); ++i) {
    const int64_t units = network.layer(i).output().size();
    row += network.layer(i).defers_weight_gradient() ? 2 * units : units;
    widest = std::max(widest, units);
  }
  const int64_t batches = plan.keeps_batches ? plan.micro_batches : std::min<int64_t>(plan.micro_batches, threads);
  const int64_t codes = objective.reads_batch_codes() ? batch_size * network.code().output().size() : 0;
  return 4 * (batches * plan.capacity * (row + network.slots() * widest) +
              plan.micro_batches * objective.micro_batch_gradient_size() + codes);
}

TrainingStep::TrainingStep(Autoencoder& model, Objective& objective, Optimizer& optimizer, const Corruption& corruption,
                           int64_t batch_size, std::span<const int32_t> classes, const Augmentation* augmentation)
    : model_(model),
      objective_(objective),
      optimizer_(optimizer),
      corruption_(corruption),
      augmentation_(augmentation),
      classes_(classes) {
  const BatchPlan plan(objective, ops::backend_of(model.theta()), batch_size);
  preferred_rows_ = plan.preferred_rows;
  capacity_ = plan.capacity;
  const int64_t count = plan.micro_batches;
  if (plan.keeps_batches) kept_batches_.resize(static_cast<size_t>(count));
  batch_sums_.resize(static_cast<size_t>(count));
  gradients_ = Tensor(model.theta().dtype(), {count, objective.micro_batch_gradient_size()});
  slices_ = slices_of(model.network());
  sums_.resize(objective.sums_size());
  if (objective.reads_batch_codes())
    codes_ = Tensor(model.theta().dtype(), {batch_size, model.network().code().output().size()});
}

std::unique_ptr<TrainingBatch> TrainingStep::make_batch() const {
  return std::make_unique<TrainingBatch>(
      objective_.make_batch(model_.theta().dtype(), capacity_, corruption_.is_active()));
}

template <class Use>
void TrainingStep::with_batch(int64_t micro_batch, Use use) {
  const auto make = [this] { return make_batch(); };
  if (kept_batches_.empty()) return free_batches_.with(make, use);
  auto& batch = kept_batches_[micro_batch];
  if (!batch) batch = make();
  use(*batch);
}

Objective::Totals TrainingStep::run(const Dataset& data, const StepRequest& step) {
  const auto rows = static_cast<int64_t>(step.rows.size());
  const int64_t micro_batches = micro_batch_count(rows, preferred_rows_);
  const PassContext context{.mode = step.mode,
                            .progress = step.progress,
                            .step = step.number - 1,
                            .seed = objective_.seed(),
                            .epoch = step.epoch,
                            .sample_ids = step.rows,
                            .batch_rows = rows,
                            .batch_codes = codes_.size() ? codes_.view().slice(0, rows) : View()};
  auto prepare = [&](int64_t) { objective_.prepare(model_.theta(), context); };
  parallel_for(1, 1, prepare);  // as a task: libraries called outside one would use all processors
  run_passes(data, step, context, micro_batches);
  const auto terms = objective_.terms(model_.theta(), sums_, rows);
  if (std::isfinite(terms.loss)) update(step, micro_batches);
  return terms;
}

void TrainingStep::run_passes(const Dataset& data, const StepRequest& step, const PassContext& context,
                              int64_t micro_batches) {
  const auto rows = static_cast<int64_t>(step.rows.size());
  const TrainingRows from{data, model_.scaler, corruption_, classes_, augmentation_};
  const bool waits = objective_.couples_rows();
  std::atomic<bool> is_over = false;
  for (bool is_first = true; !is_over; is_first = false) {
    auto advance = [&](int64_t m) {
      with_batch(m, [&](TrainingBatch& batch) {
        const View gradient = gradients_.view().slice(m, 1);
        if (is_first) {
          const int64_t first = part_start(rows, micro_batches, m), last = part_start(rows, micro_batches, m + 1);
          PassContext own = context;
          own.first_row = first;
          load_batch(objective_, from, step.rows.subspan(first, last - first), rows, own, batch);
          clear(gradient);
        }
        const auto sums = waits ? std::span<const double>(sums_) : std::span<const double>();
        if (objective_.advance(model_.theta(), batch, sums, gradient)) is_over = true;  // for all micro-batches alike
        batch_sums_[m] = batch.sums;
      });
    };
    parallel_for(micro_batches, step.threads, advance);
    reduction_.sum(std::span(batch_sums_).first(static_cast<size_t>(micro_batches)), sums_);
  }
}

/// Every parameter in slices of whole rows.
std::vector<TrainingStep::ParameterSlice> TrainingStep::slices_of(const Network& network) {
  std::vector<ParameterSlice> slices;
  for (const Parameter& p : network.parameters()) {
    std::vector<int> layers;
    for (int i = 0; i < network.layers(); ++i)
      if (network.layer(i).defers_gradient_of(p)) layers.push_back(i);
    const int64_t rows = p.shape[0], columns = p.shape.size() / rows;
    const int64_t count = p.is_bias ? 1 : std::clamp<int64_t>(p.shape.size() / kSliceElements, 1, rows);
    for (int64_t k = 0; k < count; ++k) {
      const int64_t first = part_start(rows, count, k), size = part_start(rows, count, k + 1) - first;
      slices.push_back({p, first, p.offset + first * columns, {size, columns}, layers});
    }
  }
  return slices;
}

void TrainingStep::local_gradient(const ParameterSlice& slice, int64_t rows, int64_t micro_batches, View gradient) {
  ops::Write write = ops::Write::assign;
  if (slice.offset < gradients_.shape()[1]) {
    ops::sum_micro_batches(gradients_.view().slice(0, micro_batches), slice.offset, gradient);
    write = ops::Write::accumulate;
  } else if (slice.layers.empty()) {
    clear(gradient);
  }
  for (const int i : slice.layers)
    for (int64_t m = 0; m < micro_batches; ++m, write = ops::Write::accumulate) {
      const TrainingBatch& batch = *kept_batches_[m];
      model_.network().layer(i).deferred_weight_gradient(slice.parameter, slice.first, batch.input_of(i),
                                                         batch.gradient(i), gradient, write);
    }
  objective_.add_parameter_gradients(model_.theta(), sums_, rows, slice.offset, gradient);
}

void TrainingStep::reduce(const ParameterSlice& slice, int64_t rows, int64_t micro_batches, View gradient) {
  const auto local = [&](View g) { local_gradient(slice, rows, micro_batches, g); };
  reduction_.reduce_gradient(slice.offset, local, gradient);
}

double TrainingStep::clipping_factor(const StepRequest& step, int64_t micro_batches) {
  if (whole_gradient_.size() == 0) whole_gradient_ = Tensor(model_.theta().dtype(), model_.theta().shape());
  squared_norms_.resize(slices_.size());
  auto reduce_slice = [&](int64_t s) {
    const View gradient = whole_gradient_.view().part(slices_[s].offset, slices_[s].shape);
    reduce(slices_[s], static_cast<int64_t>(step.rows.size()), micro_batches, gradient);
    squared_norms_[s] = ops::sum_of_squares(gradient);
  };
  parallel_for(static_cast<int64_t>(slices_.size()), step.threads, reduce_slice);
  const double norm = std::sqrt(std::accumulate(squared_norms_.begin(), squared_norms_.end(), 0.0));
  return std::min(1.0, step.clip_norm / (norm + 1e-6));
}

void TrainingStep::update(const StepRequest& step, int64_t micro_batches) {
  const auto rows = static_cast<int64_t>(step.rows.size());
  const bool clips = step.clip_norm > 0;
  const double factor = clips ? clipping_factor(step, micro_batches) : 1.0;
  auto update_slice = [&](int64_t s) {
    thread_local Arena arena;
    arena.reset();
    const ParameterSlice& slice = slices_[s];
    const View gradient = clips ? whole_gradient_.view().part(slice.offset, slice.shape)
                                : arena.take(model_.theta().dtype(), slice.shape);
    if (!clips) reduce(slice, rows, micro_batches, gradient);
    if (factor < 1) ops::scale(factor, gradient);
    optimizer_.update(step.number, step.learning_rate, slice.offset, gradient, model_.theta());
  };
  parallel_for(static_cast<int64_t>(slices_.size()), step.threads, update_slice);
  model_.update_state({.mode = step.mode, .progress = step.progress, .epoch = step.epoch, .batch_rows = rows}, sums_);
}

}  // namespace hourglass

#include "hourglass/objective/objective.h"

#include <algorithm>
#include <cstring>

namespace hourglass {

namespace {

Reconstruction choose(const std::string& name, const Network& network) {
  if (name.empty()) return network.ends_in_sigmoid() ? Reconstruction::bce : Reconstruction::mse;
  if (name == "mse") return Reconstruction::mse;
  if (!network.ends_in_sigmoid())
    fail("[objective] reconstruction: bce needs a decoder that ends in \"sigmoid\"; add it, or use \"mse\"");
  return Reconstruction::bce;
}

}  // namespace

Objective::Objective(const ObjectiveConfig& config, const Network& network)
    : network_(network),
      reconstruction_(choose(config.reconstruction, network)),
      penalties_(make_penalties(config, network)) {
  for (const auto& p : penalties_) {
    first_sum_.push_back(sums_size_);
    sums_size_ += p.penalty->statistics();
  }
}

bool Objective::couples_rows() const {
  return std::any_of(penalties_.begin(), penalties_.end(), [](const auto& p) { return p.penalty->couples_rows(); });
}

Lane Objective::make_lane(DType dtype, int64_t capacity, bool corrupted) const {
  int64_t widest = 0;
  for (int i = 0; i < network_.layers(); ++i) widest = std::max(widest, network_.layer(i).output().size());
  Lane lane;
  lane.activations = network_.activations(dtype, capacity);
  lane.target = Tensor(dtype, {capacity, network_.input().size()});
  if (corrupted) lane.noisy = Tensor(dtype, {capacity, network_.input().size()});
  for (Tensor& g : lane.gradients) g = Tensor(dtype, {capacity, widest});
  lane.sums.resize(sums_size_);
  return lane;
}

void Objective::prepare(ConstView theta) {
  for (auto& p : penalties_) p.penalty->prepare(theta);
}

/// bce is taken from the logits, so its gradient `grad` belongs to the layer before the final sigmoid.
double Objective::run(ConstView theta, Lane& lane, double scale, View grad) const {
  const int last = network_.layers() - 1;
  const View r = network_.value(lane.activations, last, lane.rows);
  if (reconstruction_ == Reconstruction::mse) {
    network_.forward(theta, lane.input(), lane.activations, 0, last + 1);
    return ops::squared_error(r, lane.clean(), scale, grad);
  }
  network_.forward(theta, lane.input(), lane.activations, 0, last);
  return ops::bce_with_logits(network_.value(lane.activations, last - 1, lane.rows), lane.clean(), scale, r, grad);
}

double Objective::reconstruct(ConstView theta, Lane& lane) const { return run(theta, lane, 0.0, {}); }

PassView Objective::pass(ConstView theta, Lane& lane, int64_t batch_rows) const {
  return {network_, theta, lane.input(), lane.activations.values, lane.rows, batch_rows, lane.arena};
}

void Objective::forward(ConstView theta, Lane& lane, int64_t batch_rows) const {
  const View grad(lane.gradients[0].view().bytes(), theta.dtype(), {lane.rows, network_.input().size()});
  const double elements = static_cast<double>(batch_rows) * static_cast<double>(network_.input().size());
  lane.arena.reset();
  lane.sums[0] = run(theta, lane, 1 / elements, grad);
  const PassView seen = pass(theta, lane, batch_rows);
  for (size_t k = 0; k < penalties_.size(); ++k) {
    const Penalty& p = *penalties_[k].penalty;
    p.observe(seen, std::span(lane.sums).subspan(first_sum_[k], p.statistics()));
  }
}

void Objective::combine(std::span<const Lane> lanes, std::span<double> sums) const {
  std::fill(sums.begin(), sums.end(), 0.0);
  for (const Lane& lane : lanes)
    for (int64_t i = 0; i < sums_size_; ++i) sums[i] += lane.sums[i];
}

void Objective::add_penalty_gradients(const PassView& seen, int layer, std::span<const double> sums, View grad) const {
  for (size_t k = 0; k < penalties_.size(); ++k) {
    const auto& [penalty, weight] = penalties_[k];
    if (penalty->watches(layer))
      penalty->add_gradient(seen, layer, sums.empty() ? sums : sums.subspan(first_sum_[k], penalty->statistics()),
                            weight, grad);
  }
}

void Objective::backward(ConstView theta, Lane& lane, int64_t batch_rows, std::span<const double> sums,
                         View grad_theta) const {
  const PassView seen = pass(theta, lane, batch_rows);
  const auto buffer = [&](int which, int layer) {
    return View(lane.gradients[which].view().bytes(), theta.dtype(), seen.value(layer).shape());
  };
  int top = network_.layers() - 1, current = 0;
  if (reconstruction_ == Reconstruction::bce) {
    const bool watched =
        std::any_of(penalties_.begin(), penalties_.end(), [&](const auto& p) { return p.penalty->watches(top); });
    if (watched) {  // through the final sigmoid, which the loss itself bypasses
      const View at_output = buffer(1, top);
      std::memset(at_output.bytes(), 0, at_output.size() * size_of(at_output.dtype()));
      add_penalty_gradients(seen, top, sums, at_output);
      ops::activate_backward(*network_.layer(top).activation(), seen.value(top - 1), seen.value(top), at_output,
                             at_output);
      ops::add_scaled(1.0, at_output, buffer(0, top - 1));
    }
    --top;
  }
  for (int i = top; i >= 0; --i, current = 1 - current) {
    const View grad_out = buffer(current, i);
    add_penalty_gradients(seen, i, sums, grad_out);
    network_.layer(i).backward(theta, seen.value(i - 1), seen.value(i), grad_out,
                               i > 0 ? buffer(1 - current, i - 1) : View(), grad_theta);
  }
}

void Objective::add_parameter_gradients(ConstView theta, std::span<const double> sums, int64_t batch_rows,
                                        int64_t first, View grad) const {
  for (size_t k = 0; k < penalties_.size(); ++k) {
    const auto& [penalty, weight] = penalties_[k];
    penalty->add_parameter_gradient(theta, sums.subspan(first_sum_[k], penalty->statistics()), batch_rows, weight,
                                    first, grad);
  }
}

Objective::Totals Objective::terms(ConstView theta, std::span<const double> sums, int64_t batch_rows) const {
  Totals t;
  t.reconstruction = sums[0] / (static_cast<double>(batch_rows) * static_cast<double>(network_.input().size()));
  t.loss = t.reconstruction;
  for (size_t k = 0; k < penalties_.size(); ++k) {
    const auto& [penalty, weight] = penalties_[k];
    t.penalties.push_back(penalty->value(theta, sums.subspan(first_sum_[k], penalty->statistics()), batch_rows));
    t.loss += weight * t.penalties.back();
  }
  return t;
}

}  // namespace hourglass

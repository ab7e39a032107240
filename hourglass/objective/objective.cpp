#include "hourglass/objective/objective.h"

#include <algorithm>

#include "hourglass/tensor/copy.h"

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

Objective::Objective(const ObjectiveConfig& config, const Network& network, uint64_t seed)
    : network_(network),
      reconstruction_(choose(config.reconstruction, network)),
      penalties_(make_penalties(config, network, seed)) {
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
  lane.notes.assign(penalties_.size(), std::vector<View>(network_.layers()));
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

PassView Objective::pass(ConstView theta, Lane& lane, int64_t batch_rows, size_t penalty) const {
  return {network_,   theta,      lane.input(), lane.activations.values, lane.rows, batch_rows,
          lane.arena, lane.epoch, lane.samples, lane.notes[penalty]};
}

std::span<double> Objective::sums_of(Lane& lane, size_t penalty) const {
  return std::span(lane.sums).subspan(first_sum_[penalty], penalties_[penalty].penalty->statistics());
}

void Objective::forward(ConstView theta, Lane& lane, int64_t batch_rows, bool will_differentiate) const {
  const View grad(lane.gradients[0].view().bytes(), theta.dtype(), {lane.rows, network_.input().size()});
  const double elements = static_cast<double>(batch_rows) * static_cast<double>(network_.input().size());
  lane.arena.reset();
  lane.sums[0] = run(theta, lane, 1 / elements, grad);
  for (size_t k = 0; k < penalties_.size(); ++k) {
    const Penalty& p = *penalties_[k].penalty;
    if (!will_differentiate || !p.has_own_passes()) p.observe(pass(theta, lane, batch_rows, k), sums_of(lane, k));
  }
}

void Objective::combine(std::span<const Lane> lanes, std::span<double> sums) const {
  std::fill(sums.begin(), sums.end(), 0.0);
  for (const Lane& lane : lanes)
    for (int64_t i = 0; i < sums_size_; ++i) sums[i] += lane.sums[i];
}

bool Objective::is_watched(int layer) const {
  return std::any_of(penalties_.begin(), penalties_.end(), [&](const auto& p) { return p.penalty->watches(layer); });
}

void Objective::add_penalty_gradients(ConstView theta, Lane& lane, int64_t batch_rows, int layer,
                                      std::span<const double> sums, View grad) const {
  for (size_t k = 0; k < penalties_.size(); ++k) {
    const auto& [penalty, weight] = penalties_[k];
    if (!penalty->watches(layer)) continue;
    const auto own = sums.empty() ? sums : sums.subspan(first_sum_[k], penalty->statistics());
    penalty->add_gradient(pass(theta, lane, batch_rows, k), layer, own, weight, grad);
  }
}

void Objective::backward(ConstView theta, Lane& lane, int64_t batch_rows, std::span<const double> sums,
                         View grad_theta) const {
  for (size_t k = 0; k < penalties_.size(); ++k) {
    const auto& [penalty, weight] = penalties_[k];
    if (penalty->has_own_passes())
      penalty->differentiate(pass(theta, lane, batch_rows, k), weight, sums_of(lane, k), grad_theta);
  }
  const auto value = [&](int layer) -> ConstView {
    return layer < 0 ? lane.input() : network_.value(lane.activations, layer, lane.rows);
  };
  const auto buffer = [&](int which, int layer) {
    return View(lane.gradients[which].view().bytes(), theta.dtype(), value(layer).shape());
  };
  int top = network_.layers() - 1, current = 0;
  if (reconstruction_ == Reconstruction::bce) {
    if (is_watched(top)) {  // through the final sigmoid, which the loss itself bypasses
      const View at_output = buffer(1, top);
      clear(at_output);
      add_penalty_gradients(theta, lane, batch_rows, top, sums, at_output);
      ops::activate_backward(*network_.layer(top).activation(), value(top - 1), value(top), at_output, at_output);
      ops::add_scaled(1.0, at_output, buffer(0, top - 1));
    }
    --top;
  }
  for (int i = top; i >= 0; --i, current = 1 - current) {
    const View grad_out = buffer(current, i), grad_in = i > 0 ? buffer(1 - current, i - 1) : View();
    add_penalty_gradients(theta, lane, batch_rows, i, sums, grad_out);
    network_.layer(i).backward(theta, value(i - 1), value(i), grad_out, grad_in, grad_theta);
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

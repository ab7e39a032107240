#include "hourglass/objective/objective.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <utility>

#include "hourglass/tensor/copy.h"

namespace hourglass {

namespace {

Reconstruction choose(const std::string& name, const Network& network) {
  if (name.empty()) return network.ends_in_sigmoid() ? Reconstruction::bce : Reconstruction::mse;
  if (name == "mse") return Reconstruction::mse;
  if (name == "cross_entropy") return Reconstruction::cross_entropy;
  if (!network.ends_in_sigmoid())
    fail("[objective] reconstruction: bce needs a decoder that ends in \"sigmoid\"; add it, or use \"mse\"");
  return Reconstruction::bce;
}

bool makes_its_rows(const Layer& layer) { return layer.weight() && layer.makes_rows_of(*layer.weight()); }

}  // namespace

Objective::Objective(const ObjectiveConfig& config, const Network& network, uint64_t seed)
    : network_(network),
      reconstruction_(choose(config.reconstruction, network)),
      trim_(config.trim),
      penalties_(make_penalties(config, network, seed)) {
  for (const auto& p : penalties_) {
    first_sum_.push_back(sums_size_);
    sums_size_ += p.penalty->statistics();
  }
}

std::string_view Objective::reconstruction_name() const {
  if (classifies()) return "cross_entropy";
  return reconstruction_ == Reconstruction::bce ? "bce" : "mse";
}

double Objective::elements(int64_t batch_rows) const {
  return static_cast<double>(batch_rows) * static_cast<double>(classifies() ? 1 : network_.input().size());
}

bool Objective::couples_rows() const {
  return std::any_of(penalties_.begin(), penalties_.end(), [](const auto& p) { return p.penalty->couples_rows(); });
}

bool Objective::makes_rows() const {
  for (int i = 0; i < network_.layers(); ++i)
    if (makes_its_rows(network_.layer(i))) return true;
  return false;
}

Lane Objective::make_lane(DType dtype, int64_t capacity, bool corrupted) const {
  Lane lane;
  lane.activations = network_.activations(dtype, capacity);
  lane.target = Tensor(dtype, {capacity, network_.input().size()});
  if (corrupted) lane.noisy = Tensor(dtype, {capacity, network_.input().size()});
  if (network_.layer(0).skips_dead_columns()) lane.packer.emplace(dtype, capacity, network_.input().size());
  make_gradients(lane, dtype, capacity);
  lane.sums.resize(sums_size_);
  lane.notes.assign(penalties_.size(), std::vector<View>(network_.layers()));
  return lane;
}

/// The gradient at a layer's output may take the output's place when nothing reads that any more: not the layer itself
/// (only activations do), not the next one but where it is an activation that looks at one element at a time, and no
/// penalty.
bool Objective::overwrites_output(int layer) const {
  const int last = network_.layers() - 1;
  const Activation* next = layer < last ? network_.layer(layer + 1).activation() : nullptr;
  const bool next_allows = layer == last || (next && next->kind != Activation::Kind::topk && !is_watched(last));
  return next_allows && !network_.layer(layer).activation() && !is_watched(layer);
}

/// Where a gradient must outlive the way back, for add_gradient_rows, it has memory of its own; others take turns.
void Objective::make_gradients(Lane& lane, DType dtype, int64_t capacity) const {
  std::array<int64_t, 2> widest{};
  for (int i = 0; i < network_.layers(); ++i)
    if ((i <= top() || is_watched(i)) && !overwrites_output(i) && !makes_its_rows(network_.layer(i)))
      widest[i % 2] = std::max(widest[i % 2], network_.layer(i).output().size());
  for (const int64_t width : widest) lane.gradient_memory.emplace_back(dtype, Shape{capacity, width});
  for (int i = 0; i < network_.layers(); ++i) {
    const Shape shape{capacity, network_.layer(i).output().size()};
    if (overwrites_output(i)) {
      lane.gradients.push_back(lane.activations.values[i]);
    } else if (makes_its_rows(network_.layer(i))) {
      lane.gradients.push_back(lane.gradient_memory.emplace_back(dtype, shape));
    } else {
      lane.gradients.push_back(View(lane.gradient_memory[i % 2].view().bytes(), dtype, shape));
    }
  }
}

void Objective::prepare(ConstView theta) {
  for (auto& p : penalties_) p.penalty->prepare(theta);
}

double Objective::run(ConstView theta, Lane& lane, double scale) const {
  if (lane.packer) lane.packed = (*lane.packer)(lane.input());
  network_.forward(theta, lane.layer_input(0), lane.activations, 0, top() + 1);
  return trim_ > 0 ? compare_trimmed(lane, scale) : compare(lane, 0, lane.rows, scale);
}

/// bce is taken from the logits, so its gradient belongs to the layer before the final sigmoid.
double Objective::compare(Lane& lane, int64_t first, int64_t rows, double scale) const {
  const int last = network_.layers() - 1;
  const auto part = [&](const View& all) { return all.slice(first, rows); };
  const View output = part(network_.value(lane.activations, last, lane.rows)), grad = part(lane.gradient(top()));
  if (reconstruction_ == Reconstruction::mse) return ops::squared_error(output, part(lane.clean()), scale, grad);
  if (classifies()) return ops::cross_entropy(output, std::span(lane.classes).subspan(first, rows), scale, grad);
  const View logits = part(network_.value(lane.activations, top(), lane.rows));
  return ops::bce_with_logits(logits, part(lane.clean()), scale, is_watched(last) ? output : View(), grad);
}

double Objective::compare_trimmed(Lane& lane, double scale) const {
  lane.row_losses.resize(lane.rows);
  lane.by_loss.resize(lane.rows);
  for (int64_t i = 0; i < lane.rows; ++i) lane.row_losses[i] = compare(lane, i, 1, scale);
  const double all = std::accumulate(lane.row_losses.begin(), lane.row_losses.end(), 0.0);
  if (!std::isfinite(all)) return all;  // what diverges must be seen to, and NaN has no place in an order
  std::iota(lane.by_loss.begin(), lane.by_loss.end(), int64_t{0});
  const auto left_out = static_cast<int64_t>(trim_ * static_cast<double>(lane.rows));
  const auto worst = lane.by_loss.end() - left_out;
  const auto is_better = [&](int64_t a, int64_t b) {
    return std::pair(lane.row_losses[a], a) < std::pair(lane.row_losses[b], b);
  };
  std::nth_element(lane.by_loss.begin(), worst, lane.by_loss.end(), is_better);
  for (auto row = worst; row != lane.by_loss.end(); ++row) {
    lane.row_losses[*row] = 0;
    clear(lane.gradient(top()).slice(*row, 1));
  }
  return std::accumulate(lane.row_losses.begin(), lane.row_losses.end(), 0.0);
}

PassView Objective::pass(ConstView theta, Lane& lane, int64_t batch_rows, size_t penalty) const {
  return {network_,   theta,      lane.input(), lane.activations.values, lane.rows, batch_rows,
          lane.arena, lane.epoch, lane.samples, lane.notes[penalty]};
}

std::span<double> Objective::sums_of(Lane& lane, size_t penalty) const {
  return std::span(lane.sums).subspan(first_sum_[penalty], penalties_[penalty].penalty->statistics());
}

void Objective::forward(ConstView theta, Lane& lane, int64_t batch_rows, bool will_differentiate) const {
  lane.arena.reset();
  lane.sums[0] = run(theta, lane, 1 / elements(batch_rows));
  for (size_t k = 0; k < penalties_.size(); ++k) {
    const Penalty& p = *penalties_[k].penalty;
    if (!will_differentiate || !p.has_own_passes()) p.observe(pass(theta, lane, batch_rows, k), sums_of(lane, k));
  }
}

void Objective::combine(std::span<const std::vector<double>> lanes, std::span<double> sums) const {
  std::fill(sums.begin(), sums.end(), 0.0);
  for (const auto& lane : lanes)
    for (int64_t i = 0; i < sums_size_; ++i) sums[i] += lane[i];
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

void Objective::propagate(ConstView theta, Lane& lane, int64_t batch_rows, std::span<const double> sums,
                          View grad_theta) const {
  for (size_t k = 0; k < penalties_.size(); ++k) {
    const auto& [penalty, weight] = penalties_[k];
    if (penalty->has_own_passes())
      penalty->differentiate(pass(theta, lane, batch_rows, k), weight, sums_of(lane, k), grad_theta);
  }
  const int last = network_.layers() - 1;
  if (top() < last && is_watched(last)) {  // through the final sigmoid, which the loss itself bypasses
    const View at_output = lane.gradient(last);
    clear(at_output);
    add_penalty_gradients(theta, lane, batch_rows, last, sums, at_output);
    ops::activate_backward(*network_.layer(last).activation(), lane.value(top()), lane.value(last), at_output,
                           at_output);
    ops::add_scaled(1.0, at_output, lane.gradient(top()));
  }
  for (int i = top(); i >= 0; --i) {
    const Layer& layer = network_.layer(i);
    add_penalty_gradients(theta, lane, batch_rows, i, sums, lane.gradient(i));
    if (!makes_its_rows(layer)) layer.add_parameter_gradient(lane.value(i - 1), lane.gradient(i), grad_theta);
    if (i > 0) layer.backward(theta, lane.value(i - 1), lane.value(i), lane.gradient(i), lane.gradient(i - 1));
  }
}

int64_t Objective::lane_gradient_size() const {
  const bool own_passes =
      std::any_of(penalties_.begin(), penalties_.end(), [](const auto& p) { return p.penalty->has_own_passes(); });
  int64_t size = own_passes ? network_.encoder_parameter_count() : 0;
  for (int i = 0; i < network_.layers(); ++i)
    if (network_.layer(i).weight() && !makes_its_rows(network_.layer(i)))
      size = std::max(size, i < network_.code_end() ? network_.encoder_parameter_count() : network_.parameter_count());
  return size;
}

void Objective::add_gradient_rows(int layer, const Parameter& p, int64_t first, Lane& lane, View grad,
                                  ops::Write write) const {
  network_.layer(layer).add_gradient_rows(p, first, lane.layer_input(layer), lane.gradient(layer), grad, write);
}

void Objective::backward(ConstView theta, Lane& lane, int64_t batch_rows, std::span<const double> sums,
                         View grad_theta) const {
  propagate(theta, lane, batch_rows, sums, grad_theta);
  for (int i = 0; i < network_.layers(); ++i)
    if (makes_its_rows(network_.layer(i)))
      network_.layer(i).add_parameter_gradient(lane.value(i - 1), lane.gradient(i), grad_theta);
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
  t.reconstruction = sums[0] / elements(batch_rows);
  t.loss = t.reconstruction;
  for (size_t k = 0; k < penalties_.size(); ++k) {
    const auto& [penalty, weight] = penalties_[k];
    t.penalties.push_back(penalty->value(theta, sums.subspan(first_sum_[k], penalty->statistics()), batch_rows));
    t.loss += weight * t.penalties.back();
  }
  return t;
}

}  // namespace hourglass

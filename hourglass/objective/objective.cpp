#include "hourglass/objective/objective.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "hourglass/tensor/copy.h"

namespace hourglass {

Reconstruction reconstruction_of(const ObjectiveConfig& config, const Network& network) {
  if (!config.reconstruction) return network.ends_in_sigmoid() ? Reconstruction::bce : Reconstruction::mse;
  if (config.reconstruction == Reconstruction::bce && !network.ends_in_sigmoid())
    fail("[objective] reconstruction: bce needs a decoder that ends in \"sigmoid\"; add it, or use \"mse\"");
  return *config.reconstruction;
}

Objective::Objective(const ObjectiveConfig& config, const Network& network, uint64_t seed)
    : network_(network),
      reconstruction_(reconstruction_of(config, network)),
      reduction_(config.reduction.value_or(UnitReduction::mean)),
      trim_(config.trim),
      seed_(seed),
      penalties_(make_penalties(config, network, seed)),
      reconstruction_sum_(network.sums_size()),
      sums_size_(reconstruction_sum_ + 1) {
  for (const auto& p : penalties_) {
    full_weights_.push_back(p.weight);
    first_sum_.push_back(sums_size_);
    sums_size_ += p.penalty->statistics();
  }
}

double Objective::elements(int64_t batch_rows) const {
  return static_cast<double>(batch_rows) * static_cast<double>(classifies() ? 1 : network_.input().size());
}

double Objective::divisor(int64_t batch_rows) const {
  return reduction_ == UnitReduction::sum ? static_cast<double>(batch_rows) : elements(batch_rows);
}

bool Objective::reads_batch_codes() const {
  return std::ranges::any_of(penalties_, &Penalty::reads_batch_codes, &WeightedPenalty::penalty);
}

void Objective::check_batch_rows(int64_t rows) const {
  for (const auto& [penalty, weight] : penalties_)
    if (rows < penalty->fewest_rows())
      fail("[objective] {}: a batch has {} {}, expected at least {}; choose another batch_size", penalty->name(), rows,
           rows == 1 ? "row" : "rows", penalty->fewest_rows());
}

bool Objective::couples_rows() const {
  return network_.sums_size() > 0 || std::ranges::any_of(penalties_, &Penalty::couples_rows, &WeightedPenalty::penalty);
}

bool Objective::is_penalized(int layer) const {
  return std::ranges::any_of(penalties_, [&](const auto& p) { return p.penalty->has_gradient_at(layer); });
}

TrainingBatch Objective::make_batch(DType dtype, int64_t capacity, bool corrupted) const {
  GradientSources sources{top(), {}};
  for (int i = 0; i < network_.layers(); ++i) sources.penalized.push_back(is_penalized(i));
  TrainingBatch batch(network_, dtype, capacity, sources);
  if (corrupted) batch.clean = Tensor(dtype, {capacity, network_.input().size()});
  batch.sums.resize(static_cast<size_t>(sums_size_));
  batch.saved.assign(penalties_.size(), std::vector<View>(network_.layers()));
  return batch;
}

void Objective::begin(TrainingBatch& batch, int64_t rows, int64_t batch_rows, const PassContext& context) const {
  batch.begin(rows, batch_rows, context);
  batch.has_loss = batch.has_own_gradients = false;
}

void Objective::prepare(ConstView theta, const PassContext& batch) {
  for (size_t k = 0; k < penalties_.size(); ++k) {
    auto& [penalty, weight] = penalties_[k];
    penalty->prepare(theta, batch);
    weight = full_weights_[k] * penalty->weight_factor();
  }
}

/// bce is taken from the logits, so its gradient belongs to the layer before the final sigmoid.
double Objective::loss_of_rows(TrainingBatch& batch, int64_t first, int64_t rows) const {
  const int last = network_.layers() - 1;
  const double scale = 1 / divisor(batch.batch_rows());
  const auto part = [&](auto all) { return all.slice(first, rows); };
  const View output = part(batch.output_buffer(last)), grad = part(batch.gradient(top()));
  if (reconstruction_ == Reconstruction::mse) return ops::squared_error(output, part(batch.target()), scale, grad);
  if (classifies()) return ops::cross_entropy(output, std::span(batch.classes).subspan(first, rows), scale, grad);
  const ConstView logits = part(batch.output(top()));
  return ops::bce_with_logits(logits, part(batch.target()), scale, is_penalized(last) ? output : View(), grad);
}

double Objective::trimmed_loss(TrainingBatch& batch) const {
  const int64_t rows = batch.rows();
  batch.row_losses.resize(rows);
  batch.by_loss.resize(rows);
  for (int64_t i = 0; i < rows; ++i) batch.row_losses[i] = loss_of_rows(batch, i, 1);
  const double all = std::accumulate(batch.row_losses.begin(), batch.row_losses.end(), 0.0);
  if (!std::isfinite(all)) return all;  // divergence must show, and NaN cannot be ordered
  std::iota(batch.by_loss.begin(), batch.by_loss.end(), int64_t{0});
  const auto left_out = static_cast<int64_t>(trim_ * static_cast<double>(rows));
  const auto worst = batch.by_loss.end() - left_out;
  const auto is_better = [&](int64_t a, int64_t b) {
    return std::pair(batch.row_losses[a], a) < std::pair(batch.row_losses[b], b);
  };
  std::nth_element(batch.by_loss.begin(), worst, batch.by_loss.end(), is_better);
  for (auto row = worst; row != batch.by_loss.end(); ++row) {
    batch.row_losses[*row] = 0;
    clear(batch.gradient(top()).slice(*row, 1));
  }
  return std::accumulate(batch.row_losses.begin(), batch.row_losses.end(), 0.0);
}

std::span<double> Objective::sums_of(TrainingBatch& batch, size_t penalty) const {
  return std::span(batch.sums).subspan(first_sum_[penalty], penalties_[penalty].penalty->statistics());
}

void Objective::add_penalty_gradients(const TrainingBatch& batch, int layer, std::span<const double> sums,
                                      View grad) const {
  for (size_t k = 0; k < penalties_.size(); ++k) {
    const auto& [penalty, weight] = penalties_[k];
    if (!penalty->has_gradient_at(layer)) continue;
    const auto own = sums.empty() ? sums : sums.subspan(first_sum_[k], penalty->statistics());
    penalty->add_gradient(batch, layer, own, weight, batch.saved[k], grad);
  }
}

void Objective::observe(ConstView theta, TrainingBatch& batch, size_t penalty) const {
  penalties_[penalty].penalty->observe(theta, batch, sums_of(batch, penalty));
}

void Objective::differentiate_own(ConstView theta, TrainingBatch& batch, View grad_theta) const {
  for (size_t k = 0; k < penalties_.size(); ++k) {
    const auto& [penalty, weight] = penalties_[k];
    if (penalty->has_own_backward())
      penalty->differentiate(theta, batch, weight, sums_of(batch, k), batch.saved[k], grad_theta);
  }
}

/// Takes the penalties' gradient at the output through the final sigmoid, which the loss itself bypasses.
void Objective::add_gradient_before_sigmoid(TrainingBatch& batch, std::span<const double> sums) const {
  const int last = network_.layers() - 1;
  if (top() == last || !is_penalized(last)) return;
  const View at_output = batch.gradient(last);
  clear(at_output);
  add_penalty_gradients(batch, last, sums, at_output);
  ops::activate_backward(*network_.layer(last).activation(), batch.output(top()), batch.output(last), at_output,
                         at_output);
  ops::add_scaled(1.0, at_output, batch.gradient(top()));
}

bool Objective::advance(ConstView theta, TrainingBatch& batch, std::span<const double> sums, View grad_theta) const {
  const bool trains = static_cast<bool>(grad_theta);
  if (!batch.has_loss) {
    if (!network_.forward(theta, batch, top() + 1, sums)) return false;
    batch.sums[reconstruction_sum_] = trim_ > 0 ? trimmed_loss(batch) : loss_of_rows(batch, 0, batch.rows());
    for (size_t k = 0; k < penalties_.size(); ++k) {
      const Penalty& p = *penalties_[k].penalty;
      if (!trains || !(p.has_own_backward() || p.reads_batch_codes())) observe(theta, batch, k);
    }
    if (const PassContext& c = batch.context(); c.batch_codes && reads_batch_codes())
      copy(batch.output(network_.code_end() - 1), c.batch_codes.slice(c.first_row, batch.rows()));
    batch.has_loss = true;
    if (!trains) return true;
    if (couples_rows()) return false;
  }
  if (!batch.has_own_gradients) {
    for (size_t k = 0; k < penalties_.size(); ++k)
      if (penalties_[k].penalty->reads_batch_codes()) observe(theta, batch, k);
    differentiate_own(theta, batch, grad_theta);
    add_gradient_before_sigmoid(batch, sums);
    batch.has_own_gradients = true;
  }
  const auto add = [&](int layer, View grad) { add_penalty_gradients(batch, layer, sums, grad); };
  return network_.backward(theta, batch, top(), add, grad_theta, sums);
}

int64_t Objective::micro_batch_gradient_size() const {
  const bool own_backward = std::ranges::any_of(penalties_, &Penalty::has_own_backward, &WeightedPenalty::penalty);
  int64_t size = own_backward ? network_.encoder_parameter_count() : 0;
  for (int i = 0; i < network_.layers(); ++i)
    if (network_.layer(i).has_parameter_gradient() && !network_.layer(i).defers_weight_gradient())
      size = std::max(size, i < network_.code_end() ? network_.encoder_parameter_count() : network_.parameter_count());
  return size;
}

void Objective::add_parameter_gradients(ConstView theta, std::span<const double> sums, int64_t batch_rows,
                                        int64_t first, View grad) const {
  network_.add_batch_gradients(sums, batch_rows, first, grad);
  for (size_t k = 0; k < penalties_.size(); ++k) {
    const auto& [penalty, weight] = penalties_[k];
    penalty->add_parameter_gradient(theta, sums.subspan(first_sum_[k], penalty->statistics()), batch_rows, weight,
                                    first, grad);
  }
}

Objective::Totals Objective::terms(ConstView theta, std::span<const double> sums, int64_t batch_rows) const {
  Totals t;
  t.reconstruction = sums[reconstruction_sum_] / elements(batch_rows);
  t.loss = sums[reconstruction_sum_] / divisor(batch_rows);
  for (size_t k = 0; k < penalties_.size(); ++k) {
    const auto& [penalty, weight] = penalties_[k];
    t.penalties.push_back(penalty->value(theta, sums.subspan(first_sum_[k], penalty->statistics()), batch_rows));
    t.loss += weight * t.penalties.back();
  }
  return t;
}

Objective::Totals Objective::evaluate(ConstView theta, TrainingBatch& batch, View gradient) {
  prepare(theta, batch.context());
  if (gradient) clear(gradient);
  while (!advance(theta, batch, batch.sums, gradient)) {
  }
  if (gradient) {
    network_.add_deferred_gradients(batch, network_.layers(), gradient);
    add_parameter_gradients(theta, batch.sums, batch.rows(), 0, gradient);
  }
  return terms(theta, batch.sums, batch.rows());
}

}  // namespace hourglass

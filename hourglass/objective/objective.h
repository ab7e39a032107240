#pragma once

#include <string>
#include <vector>

#include "hourglass/objective/penalty.h"

namespace hourglass {

/// The loss selected by `config`; by default bce if the decoder of the network ends in a sigmoid, else mse. Throws
/// Error for bce without a final sigmoid.
Reconstruction reconstruction_of(const ObjectiveConfig& config, const Network& network);

/// Micro-batch of training rows: the pass through the network and the buffers of the objective.
struct TrainingBatch : MicroBatch {
  using MicroBatch::MicroBatch;

  /// Target (rows, inputs) of the reconstruction: the input, or the clean input if the run corrupts.
  View target(int64_t rows) { return clean.size() ? clean.view().slice(0, rows) : input_buffer(rows); }
  View target() { return target(rows()); }

  Tensor clean;                                      ///< (capacity, inputs); empty if the run does not corrupt
  std::vector<int32_t> classes;                      ///< class of each row, for cross_entropy
  std::vector<std::vector<View>> saved;              ///< per penalty and layer: Penalty::differentiate
  std::vector<double> row_losses;                    ///< loss of each row, for trim
  std::vector<int64_t> by_loss;                      ///< rows; those that are not trimmed come first
  bool has_loss = false, has_own_gradients = false;  ///< progress of the pass
};

/// Training objective: loss = reconstruction(r, x) + Σ_p weight_p · penalty_p, with its gradient, for a batch that is
/// split into micro-batches. For a classifier the mean over rows of cross_entropy(r, class) replaces the
/// reconstruction. With trim = τ every micro-batch of n rows leaves out the ⌊τ·n⌋ rows with the largest loss: they
/// contribute neither to the sum nor to the gradient, while the mean is still taken over all rows (least trimmed
/// squares, Rousseeuw, JASA 1984, per micro-batch).
///
/// A training step calls prepare(); then advance() on every micro-batch until it returns true, adding the sums of all
/// micro-batches in order between the calls; then, for each slice of θ, adds the gradients of the micro-batches, the
/// gradients that layers defer (Layer::deferred_weight_gradient) and add_parameter_gradients().
class Objective {
 public:
  /// `seed` is the key of random numbers. Throws Error if a term does not fit the network: bce without a final sigmoid,
  /// sparse_kl on relu, …
  Objective(const ObjectiveConfig& config, const Network& network, uint64_t seed = 0);

  Reconstruction reconstruction() const { return reconstruction_; }
  bool classifies() const { return reconstruction_ == Reconstruction::cross_entropy; }
  const Network& network() const { return network_; }
  uint64_t seed() const { return seed_; }
  /// True if the pass of a row needs sums over the whole batch.
  bool couples_rows() const;
  /// True if a penalty reads the codes of the whole batch: PassContext::batch_codes.
  bool reads_batch_codes() const;
  /// Throws Error if a penalty is not defined for a batch of so many rows.
  void check_batch_rows(int64_t rows) const;

  TrainingBatch make_batch(DType dtype, int64_t capacity, bool corrupted) const;
  /// Begins a pass of `rows` rows of a batch, whose input, target and classes are already filled in.
  void begin(TrainingBatch& batch, int64_t rows, int64_t batch_rows, const PassContext& context) const;

  /// Prepares the penalties for a step. `batch` is the context of the whole batch.
  void prepare(ConstView theta, const PassContext& batch = {});
  /// Continues a pass: forward, loss and penalties and, unless grad_theta is empty, backward. Returns false if it needs
  /// sums over the whole batch: the next call takes them in `sums`, MicroBatch::sums of all micro-batches added in
  /// order. Returns true at the end: the gradients at the outputs of all layers are then in the micro-batch, and the
  /// gradient of the parameters, without deferred ones, is accumulated in grad_theta (micro_batch_gradient_size()
  /// elements).
  bool advance(ConstView theta, TrainingBatch& batch, std::span<const double> sums, View grad_theta) const;
  /// Number of leading elements of θ for which every micro-batch has its own gradient.
  int64_t micro_batch_gradient_size() const;
  /// grad accumulated: the gradient of θ[first, first + grad.size()) that does not come from a micro-batch (weight
  /// decay, ‖W_j‖², batch_norm).
  void add_parameter_gradients(ConstView theta, std::span<const double> sums, int64_t batch_rows, int64_t first,
                               View grad) const;

  /// Terms of the loss of one batch; penalties unweighted, in the order of penalties().
  struct Totals {
    double loss = 0, reconstruction = 0;
    std::vector<double> penalties;
  };
  Totals terms(ConstView theta, std::span<const double> sums, int64_t batch_rows) const;
  /// Evaluates a batch of one micro-batch that has begun. gradient (the size of θ) assigned unless empty.
  Totals evaluate(ConstView theta, TrainingBatch& batch, View gradient = {});

  std::span<const WeightedPenalty> penalties() const { return penalties_; }
  int64_t sums_size() const { return sums_size_; }

 private:
  /// Sum of the loss over rows of the micro-batch; assigns its gradient at top().
  double loss_of_rows(TrainingBatch& batch, int64_t first, int64_t rows) const;
  /// The same over the rows that are not left out.
  double trimmed_loss(TrainingBatch& batch) const;
  void observe(ConstView theta, TrainingBatch& batch, size_t penalty) const;
  void differentiate_own(ConstView theta, TrainingBatch& batch, View grad_theta) const;
  void add_gradient_before_sigmoid(TrainingBatch& batch, std::span<const double> sums) const;
  /// Number of elements of the reconstruction loss, and the number that divides their sum in the loss.
  double elements(int64_t batch_rows) const;
  double divisor(int64_t batch_rows) const;
  /// Layer at whose output the loss has its gradient.
  int top() const { return network_.layers() - (reconstruction_ == Reconstruction::bce ? 2 : 1); }
  std::span<double> sums_of(TrainingBatch& batch, size_t penalty) const;
  bool is_penalized(int layer) const;
  void add_penalty_gradients(const TrainingBatch& batch, int layer, std::span<const double> sums, View grad) const;

  const Network& network_;
  Reconstruction reconstruction_;
  UnitReduction reduction_;
  double trim_;
  uint64_t seed_;
  std::vector<WeightedPenalty> penalties_;  ///< with the weights of the present step
  std::vector<double> full_weights_;        ///< per penalty: its weight without a factor
  int64_t reconstruction_sum_;              ///< index in the sums, after those of the layers
  std::vector<int64_t> first_sum_;          ///< per penalty: index of its first statistic
  int64_t sums_size_;
};

}  // namespace hourglass

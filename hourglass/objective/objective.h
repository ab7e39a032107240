#pragma once

#include <string>
#include <vector>

#include "hourglass/objective/penalty.h"
#include "hourglass/objective/reconstruction.h"

namespace hourglass {

/// A micro-batch of training rows: the pass through the network and what the objective adds to it.
struct TrainingBatch : MicroBatch {
  using MicroBatch::MicroBatch;

  /// (rows, inputs): what the reconstruction is compared with. It is the input, unless that is corrupted.
  View target(int64_t rows) { return clean.size() ? clean.view().slice(0, rows) : input_buffer(rows); }
  View target() { return target(rows()); }

  Tensor clean;                                      ///< (capacity, inputs); empty when the run does not corrupt
  std::vector<int32_t> classes;                      ///< of each row, for cross_entropy
  std::vector<std::vector<View>> saved;              ///< per penalty and layer: Penalty::differentiate
  std::vector<double> row_losses;                    ///< of each row, where the worst are left out
  std::vector<int64_t> by_loss;                      ///< rows, those that are kept first
  bool has_loss = false, has_own_gradients = false;  ///< how far the pass is
};

/// loss = reconstruction(r, x) + Σ_p weight_p · penalty_p, with its gradient, for a batch cut into micro-batches; for a
/// classifier, mean over rows of cross_entropy(r, class) in place of the reconstruction. With trim = τ every
/// micro-batch of n rows leaves out the ⌊τ·n⌋ rows with the largest loss: they add nothing to the sum and have no
/// gradient, while the mean stays one over all rows (least trimmed squares, Rousseeuw, JASA 1984, per micro-batch).
///
/// A training step calls prepare(); then advance() on every micro-batch, with their sums added up in order between the
/// calls, until it returns true; then, for each slice of θ, adds up the micro-batches' gradients, the gradients that
/// layers defer (Layer::deferred_weight_gradient) and add_parameter_gradients().
class Objective {
 public:
  /// `seed` keys random draws. Throws Error when a term does not fit the network: bce without a final sigmoid,
  /// sparse_kl on relu, …
  Objective(const ObjectiveConfig& config, const Network& network, uint64_t seed = 0);

  Reconstruction reconstruction() const { return reconstruction_; }
  bool classifies() const { return reconstruction_ == Reconstruction::cross_entropy; }
  const Network& network() const { return network_; }
  uint64_t seed() const { return seed_; }
  /// A row's pass needs sums of the whole batch.
  bool couples_rows() const;

  TrainingBatch make_batch(DType dtype, int64_t capacity, bool corrupted) const;
  /// Begins a pass of `rows` rows of a batch; its input, target and classes are filled in already.
  void begin(TrainingBatch& batch, int64_t rows, int64_t batch_rows, const PassContext& context) const;

  void prepare(ConstView theta);
  /// Goes on with a pass: forward, loss and penalties and, unless grad_theta is empty, backward. Returns true at its
  /// end, and false where it needs the sums of the whole batch: the next call takes them in `sums`, MicroBatch::sums of
  /// all micro-batches added in order. At the end the gradient at every layer's output is in the micro-batch, and
  /// grad_theta is accumulated, micro_batch_gradient_size() elements, but for what layers defer.
  bool advance(ConstView theta, TrainingBatch& batch, std::span<const double> sums, View grad_theta) const;
  /// How many elements of θ a micro-batch has gradients of its own for: the first ones.
  int64_t micro_batch_gradient_size() const;
  /// grad accumulated: the gradient of θ[first, first + grad.size()) that no micro-batch yields (weight decay, ‖W_j‖²).
  void add_parameter_gradients(ConstView theta, std::span<const double> sums, int64_t batch_rows, int64_t first,
                               View grad) const;

  /// The terms of one batch; penalties unweighted, in the order of penalties().
  struct Totals {
    double loss = 0, reconstruction = 0;
    std::vector<double> penalties;
  };
  Totals terms(ConstView theta, std::span<const double> sums, int64_t batch_rows) const;
  /// A whole step for a batch of one micro-batch that has begun. gradient (θ's size) assigned unless empty.
  Totals evaluate(ConstView theta, TrainingBatch& batch, View gradient = {});

  std::span<const WeightedPenalty> penalties() const { return penalties_; }
  int64_t sums_size() const { return sums_size_; }

 private:
  /// Σ loss over the rows of the micro-batch; their gradient is left at top(). With trim, of the rows that stay.
  double loss(TrainingBatch& batch) const;
  double loss_of_rows(TrainingBatch& batch, int64_t first, int64_t rows) const;
  double trimmed_loss(TrainingBatch& batch) const;
  void differentiate_own(ConstView theta, TrainingBatch& batch, View grad_theta) const;
  void add_gradient_before_sigmoid(TrainingBatch& batch, std::span<const double> sums) const;
  /// What the reconstruction loss is the mean of.
  double elements(int64_t batch_rows) const;
  /// The layer whose output the loss hands its gradient to.
  int top() const { return network_.layers() - (reconstruction_ == Reconstruction::bce ? 2 : 1); }
  std::span<double> sums_of(TrainingBatch& batch, size_t penalty) const;
  bool is_penalized(int layer) const;
  void add_penalty_gradients(const TrainingBatch& batch, int layer, std::span<const double> sums, View grad) const;

  const Network& network_;
  Reconstruction reconstruction_;
  double trim_;
  uint64_t seed_;
  std::vector<WeightedPenalty> penalties_;
  int64_t reconstruction_sum_;      ///< where it stands in the sums, behind those of the layers
  std::vector<int64_t> first_sum_;  ///< per penalty: where its statistics start
  int64_t sums_size_;
};

}  // namespace hourglass

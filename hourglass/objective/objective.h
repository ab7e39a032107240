#pragma once

#include <optional>
#include <string>
#include <vector>

#include "hourglass/objective/penalty.h"

namespace hourglass {

/// Some rows of a batch on their way through the network, with all the memory that takes. Made once, used every step.
struct Lane {
  Activations activations;
  Tensor target;                        ///< (capacity, inputs), clean
  Tensor noisy;                         ///< the same, corrupted; empty when the run does not corrupt
  std::optional<ColumnPacker> packer;   ///< if the first layer has a use for it
  std::optional<InputRows> packed;      ///< the input as it is, and packed
  std::vector<View> gradients;          ///< (capacity, units) per layer, of the loss at its output
  std::vector<Tensor> gradient_memory;  ///< what gradients look at, unless that is the activations
  std::vector<double> sums;             ///< reconstruction loss, then every penalty's statistics
  Arena arena;
  std::vector<std::vector<View>> notes;  ///< per penalty and layer: what its passes left for the backward pass
  int64_t rows = 0;                      ///< in use now
  uint32_t epoch = 0;                    ///< with `samples`, the key of anything random
  std::span<const uint32_t> samples;     ///< identifies each row; must live as long as the step
  std::vector<int32_t> classes;          ///< of each row, for cross_entropy
  std::vector<double> row_losses;        ///< of each row, where the worst are left out
  std::vector<int64_t> by_loss;          ///< rows, those that are kept first

  View clean() { return target.view().slice(0, rows); }
  /// Output of a layer for the rows in use, and the gradient there; layer −1 is the input.
  View value(int layer) { return layer < 0 ? input() : activations.values[layer].slice(0, rows); }
  InputRows layer_input(int layer) { return layer == 0 && packed ? *packed : InputRows(value(layer - 1)); }
  View gradient(int layer) { return gradients[layer].slice(0, rows); }
  View input() { return noisy.size() ? noisy.view().slice(0, rows) : clean(); }
};

enum class Reconstruction { bce, mse, cross_entropy };

/// loss = reconstruction(r, x) + Σ_p weight_p · penalty_p, with its gradient, for a batch cut into lanes; of a
/// classifier, mean over rows of cross_entropy(r, class) in the reconstruction's place. With trim = τ every lane of n
/// rows leaves out the ⌊τ·n⌋ that are reconstructed worst: they add nothing to the sum and have no gradient, while the
/// mean stays one over all rows (least trimmed squares, Rousseeuw, JASA 1984, lane by lane). Per step:
/// prepare; forward on every lane; combine the lanes' sums; propagate on every lane; then, part by part of θ, the
/// lanes' gradients and the rows that layers make of the whole batch (Layer::makes_rows_of); add_parameter_gradients.
class Objective {
 public:
  /// Throws Error when a term does not fit the network: bce without a final sigmoid, sparse_kl on relu, …
  /// `seed` keys what penalties draw.
  Objective(const ObjectiveConfig& config, const Network& network, uint64_t seed = 0);

  std::string_view reconstruction_name() const;
  bool classifies() const { return reconstruction_ == Reconstruction::cross_entropy; }
  const Network& network() const { return network_; }
  /// Going back must wait until every lane's forward is done.
  bool couples_rows() const;
  /// add_gradient_rows has something to make, for which the lanes must keep what propagate left in them.
  bool makes_rows() const;

  Lane make_lane(DType dtype, int64_t capacity, bool corrupted) const;

  void prepare(ConstView theta);
  /// Fills the lane's activations, its loss gradient and its sums; with `will_differentiate`, the sums of penalties
  /// that have their own passes are left to backward.
  void forward(ConstView theta, Lane& lane, int64_t batch_rows, bool will_differentiate = false) const;
  /// sums assigned: the sums of all lanes, added in order.
  void combine(std::span<const std::vector<double>> lanes, std::span<double> sums) const;
  /// Leaves the gradient at every layer's output in lane.gradients. grad_theta accumulated, in lane_gradient_size()
  /// elements, but for what add_gradient_rows makes. `sums` is the batch's if couples_rows(), else ignored. Activations
  /// that are not needed any more are overwritten.
  void propagate(ConstView theta, Lane& lane, int64_t batch_rows, std::span<const double> sums, View grad_theta) const;
  /// A lane has gradients of its own for the first so many elements of θ.
  int64_t lane_gradient_size() const;
  /// After propagate: grad assigned or accumulated this lane's share of rows [first, …) of a parameter's gradient, as
  /// the given layer makes it.
  void add_gradient_rows(int layer, const Parameter& p, int64_t first, Lane& lane, View grad, ops::Write write) const;
  /// All that a lane has to say: propagate, and all rows of all parameters. grad_theta accumulated.
  void backward(ConstView theta, Lane& lane, int64_t batch_rows, std::span<const double> sums, View grad_theta) const;
  /// What no lane carries (weight decay, ‖W_j‖²): grad is the part of the gradient that starts at θ[first].
  void add_parameter_gradients(ConstView theta, std::span<const double> sums, int64_t batch_rows, int64_t first,
                               View grad) const;

  /// The terms of one batch; penalties unweighted, in the order of penalties().
  struct Totals {
    double loss = 0, reconstruction = 0;
    std::vector<double> penalties;
  };
  Totals terms(ConstView theta, std::span<const double> sums, int64_t batch_rows) const;

  std::span<const WeightedPenalty> penalties() const { return penalties_; }
  int64_t sums_size() const { return sums_size_; }

 private:
  double run(ConstView theta, Lane& lane, double scale) const;
  /// Σ loss over the given rows of the lane; their gradient is left at top().
  double compare(Lane& lane, int64_t first, int64_t rows, double scale) const;
  /// compare() of all rows but the worst.
  double compare_trimmed(Lane& lane, double scale) const;
  /// What the reconstruction loss is the mean of.
  double elements(int64_t batch_rows) const;
  /// The layer whose output the loss hands its gradient to.
  int top() const { return network_.layers() - (reconstruction_ == Reconstruction::bce ? 2 : 1); }
  bool overwrites_output(int layer) const;
  void make_gradients(Lane& lane, DType dtype, int64_t capacity) const;
  PassView pass(ConstView theta, Lane& lane, int64_t batch_rows, size_t penalty) const;
  std::span<double> sums_of(Lane& lane, size_t penalty) const;
  bool is_watched(int layer) const;
  void add_penalty_gradients(ConstView theta, Lane& lane, int64_t batch_rows, int layer, std::span<const double> sums,
                             View grad) const;

  const Network& network_;
  Reconstruction reconstruction_;
  double trim_;
  std::vector<WeightedPenalty> penalties_;
  std::vector<int64_t> first_sum_;  ///< per penalty: where its statistics start
  int64_t sums_size_ = 1;
};

}  // namespace hourglass

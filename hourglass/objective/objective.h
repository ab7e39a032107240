#pragma once

#include <string>
#include <vector>

#include "hourglass/objective/penalty.h"

namespace hourglass {

/// Some rows of a batch on their way through the network, with all the memory that takes. Made once, used every step.
struct Lane {
  Activations activations;
  Tensor target;  ///< (capacity, inputs), clean
  Tensor noisy;   ///< the same, corrupted; empty when the run does not corrupt
  Tensor gradients[2];
  std::vector<double> sums;  ///< reconstruction loss, then every penalty's statistics
  Arena arena;
  std::vector<std::vector<View>> notes;  ///< per penalty and layer: what its passes left for the backward pass
  int64_t rows = 0;                      ///< in use now
  uint32_t epoch = 0;                    ///< with `samples`, the key of anything random
  std::span<const uint32_t> samples;     ///< identifies each row; must live as long as the step

  View clean() { return target.view().slice(0, rows); }
  View input() { return noisy.size() ? noisy.view().slice(0, rows) : clean(); }
};

enum class Reconstruction { bce, mse };

/// loss = reconstruction(r, x) + Σ_p weight_p · penalty_p, with its gradient, for a batch cut into lanes. Per step:
/// prepare; forward on every lane; sum the lanes' sums (combine); backward on every lane; add_parameter_gradients.
class Objective {
 public:
  /// Throws Error when a term does not fit the network: bce without a final sigmoid, sparse_kl on relu, …
  /// `seed` keys what penalties draw.
  Objective(const ObjectiveConfig& config, const Network& network, uint64_t seed = 0);

  std::string_view reconstruction_name() const { return reconstruction_ == Reconstruction::bce ? "bce" : "mse"; }
  const Network& network() const { return network_; }
  /// Backward must wait until every lane's forward is done.
  bool couples_rows() const;

  Lane make_lane(DType dtype, int64_t capacity, bool corrupted) const;

  void prepare(ConstView theta);
  /// Fills the lane's activations, its loss gradient and its sums; with `will_differentiate`, the sums of penalties
  /// that have their own passes are left to backward.
  void forward(ConstView theta, Lane& lane, int64_t batch_rows, bool will_differentiate = false) const;
  /// sums assigned: all lanes' sums, added in order.
  void combine(std::span<const Lane> lanes, std::span<double> sums) const;
  /// grad_theta accumulated. `sums` is the batch's if couples_rows(), else ignored.
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

  /// Σ over rows and elements of the reconstruction loss; leaves r in the last activation. No penalties, no gradient.
  double reconstruct(ConstView theta, Lane& lane) const;

  std::span<const WeightedPenalty> penalties() const { return penalties_; }
  int64_t sums_size() const { return sums_size_; }

 private:
  double run(ConstView theta, Lane& lane, double scale, View grad) const;
  PassView pass(ConstView theta, Lane& lane, int64_t batch_rows, size_t penalty) const;
  std::span<double> sums_of(Lane& lane, size_t penalty) const;
  bool is_watched(int layer) const;
  void add_penalty_gradients(ConstView theta, Lane& lane, int64_t batch_rows, int layer, std::span<const double> sums,
                             View grad) const;

  const Network& network_;
  Reconstruction reconstruction_;
  std::vector<WeightedPenalty> penalties_;
  std::vector<int64_t> first_sum_;  ///< per penalty: where its statistics start
  int64_t sums_size_ = 1;
};

}  // namespace hourglass

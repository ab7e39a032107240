#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hourglass/nn/network.h"
#include "hourglass/objective/config.h"

namespace hourglass {

/// A term added to the reconstruction loss. A batch is handled in micro-batches, by several threads: whatever a penalty
/// needs of the whole batch goes through `statistics`, sums over rows that are added up over the micro-batches in a
/// fixed order. Gradients are those of weight·value and are accumulated.
class Penalty {
 public:
  virtual ~Penalty() = default;

  /// The recipe's key: "sparse_kl".
  virtual std::string_view name() const = 0;
  /// How value and gradient are computed, where there are several ways, and the time that takes as a multiple of a
  /// plain step.
  virtual std::string method() const { return {}; }
  virtual double cost() const { return 0; }
  /// How many sums over rows it needs.
  virtual int64_t statistics() const { return 0; }
  /// Its gradient for one row depends on other rows, so the backward pass must wait for the whole batch.
  virtual bool couples_rows() const { return false; }
  /// It has a gradient at the output of this layer.
  virtual bool has_gradient_at(int /*layer*/) const { return false; }

  /// Called once per step, before any micro-batch.
  virtual void prepare(ConstView /*theta*/) {}
  /// sums assigned: this micro-batch's statistics.
  virtual void observe(ConstView /*theta*/, const MicroBatch&, std::span<double> /*sums*/) const {}
  /// Returns true if the penalty runs its own backward pass; training then calls differentiate() instead of observe().
  virtual bool has_own_backward() const { return false; }
  /// sums assigned: this micro-batch's statistics. grad_theta accumulated. The gradient at the outputs of layers that
  /// has_gradient_at() names is left in `saved`, one view per layer, in the micro-batch's arena.
  virtual void differentiate(ConstView /*theta*/, const MicroBatch&, double /*weight*/, std::span<double> /*sums*/,
                             std::span<View> /*saved*/, View /*grad_theta*/) const {}
  /// The unweighted value for the batch whose summed statistics these are.
  virtual double value(ConstView theta, std::span<const double> sums, int64_t batch_rows) const = 0;
  /// grad (rows, units) accumulated, at the output of a layer that has_gradient_at() names. `sums` is the batch's when
  /// couples_rows(); `saved` is what differentiate() left.
  virtual void add_gradient(const MicroBatch&, int /*layer*/, std::span<const double> /*sums*/, double /*weight*/,
                            std::span<const View> /*saved*/, View /*grad*/) const {}
  /// grad accumulated: the gradient with respect to θ[first, first + grad.size()) that no layer's backward pass yields.
  virtual void add_parameter_gradient(ConstView /*theta*/, std::span<const double> /*sums*/, int64_t /*batch_rows*/,
                                      double /*weight*/, int64_t /*first*/, View /*grad*/) const {}
};

struct WeightedPenalty {
  std::unique_ptr<Penalty> penalty;
  double weight;
};

/// All penalties of a recipe. `seed` keys their random draws. Throws Error when one does not fit the network.
std::vector<WeightedPenalty> make_penalties(const ObjectiveConfig& config, const Network& network, uint64_t seed);

/// The layers that `on` names: "code", or "hidden" = every activation of encoder and decoder, the output's included.
std::vector<int> penalized_layers(const Network& network, const std::string& on);

}  // namespace hourglass

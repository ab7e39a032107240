#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hourglass/nn/network.h"
#include "hourglass/objective/config.h"

namespace hourglass {

/// A term added to the reconstruction loss. A batch is processed in micro-batches by several threads. What a penalty
/// needs of the whole batch are its `statistics`: sums over rows, added over the micro-batches in a fixed order.
/// Gradients are those of weight·value and are accumulated.
class Penalty {
 public:
  virtual ~Penalty() = default;

  /// Key in the recipe: "sparse_kl".
  virtual std::string_view name() const = 0;
  /// Method of computing value and gradient, if there are several, and its cost as a multiple of a plain training step.
  virtual std::string method() const { return {}; }
  virtual double cost() const { return 0; }
  /// Number of sums over rows that it needs.
  virtual int64_t statistics() const { return 0; }
  /// True if its gradient for one row depends on other rows, so that the backward pass must wait for the whole batch.
  virtual bool couples_rows() const { return false; }
  /// True if it has a gradient at the output of this layer.
  virtual bool has_gradient_at(int /*layer*/) const { return false; }

  /// True if it reads the codes of all rows of the batch. Training then calls observe() when PassContext::batch_codes
  /// is complete; an evaluation of one micro-batch has no batch_codes, its own codes are all there are.
  virtual bool reads_batch_codes() const { return false; }
  /// The fewest rows of a batch for which it is defined.
  virtual int64_t fewest_rows() const { return 1; }

  /// Called once per step before any micro-batch, with the context of the whole batch: step, epoch, rows, sample ids.
  virtual void prepare(ConstView /*theta*/, const PassContext& /*batch*/) {}
  /// Factor of the weight at the step of prepare(); below 1 while the penalty warms up.
  virtual double weight_factor() const { return 1; }
  /// sums assigned: this micro-batch's statistics.
  virtual void observe(ConstView /*theta*/, const MicroBatch&, std::span<double> /*sums*/) const {}
  /// Returns true if the penalty runs its own backward pass; training then calls differentiate() instead of observe().
  virtual bool has_own_backward() const { return false; }
  /// sums assigned: statistics of this micro-batch. grad_theta accumulated. The gradients at the outputs of layers with
  /// has_gradient_at() are stored in `saved`, one view per layer, in the arena of the micro-batch.
  virtual void differentiate(ConstView /*theta*/, const MicroBatch&, double /*weight*/, std::span<double> /*sums*/,
                             std::span<View> /*saved*/, View /*grad_theta*/) const {}
  /// Unweighted value for a batch with these summed statistics.
  virtual double value(ConstView theta, std::span<const double> sums, int64_t batch_rows) const = 0;
  /// grad (rows, units) accumulated, at the output of a layer with has_gradient_at(). `sums` are those of the batch if
  /// couples_rows(); `saved` is the result of differentiate().
  virtual void add_gradient(const MicroBatch&, int /*layer*/, std::span<const double> /*sums*/, double /*weight*/,
                            std::span<const View> /*saved*/, View /*grad*/) const {}
  /// grad accumulated: the gradient with respect to θ[first, first + grad.size()) that does not come from the backward
  /// pass of layers.
  virtual void add_parameter_gradient(ConstView /*theta*/, std::span<const double> /*sums*/, int64_t /*batch_rows*/,
                                      double /*weight*/, int64_t /*first*/, View /*grad*/) const {}
};

struct WeightedPenalty {
  std::unique_ptr<Penalty> penalty;
  double weight;
};

/// Creates all penalties of a recipe. `seed` is the key of their random numbers. Throws Error if one does not fit the
/// network.
std::vector<WeightedPenalty> make_penalties(const ObjectiveConfig& config, const Network& network, uint64_t seed);

/// The names of these penalties, in the order of the objective.
std::vector<std::string> penalty_names(const ObjectiveConfig& config, const Network& network);

/// A layer whose activations a sparsity penalty reads.
struct PenalizedLayer {
  int layer;
  int64_t first, units;  ///< its units among those of all penalised layers
  double factor;         ///< 1, or 1/units for UnitReduction::mean
};

/// The layers that `on` selects; "hidden" includes the output if it is an activation layer. Throws Error if there are
/// none.
std::vector<PenalizedLayer> penalized_layers(const Network& network, PenalizedLayers on, UnitReduction reduction);

/// The element of this layer; nullptr if there is none.
const PenalizedLayer* find_layer(const std::vector<PenalizedLayer>& layers, int layer);

}  // namespace hourglass

#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hourglass/nn/network.h"
#include "hourglass/objective/config.h"
#include "hourglass/tensor/arena.h"

namespace hourglass {

/// What a penalty sees of some rows of a batch after their forward pass.
struct PassView {
  const Network& network;
  ConstView theta;
  ConstView input;  ///< (rows, inputs), corrupted if the run corrupts
  std::span<const View> values;
  int64_t rows;
  int64_t batch_rows;
  Arena& arena;
  uint32_t epoch;                     ///< with `samples`, the key of anything random
  std::span<const uint32_t> samples;  ///< identifies each row; empty: its place in the batch does
  std::span<View> notes;              ///< per layer, kept from differentiate() to add_gradient()

  uint32_t sample(int64_t row) const { return samples.empty() ? static_cast<uint32_t>(row) : samples[row]; }
  /// Output of a layer, (rows, units); layer −1 is the input.
  ConstView value(int layer) const { return layer < 0 ? input : values[layer].slice(0, rows); }
};

/// A term added to the reconstruction loss. Rows are handled in lanes, by several threads: whatever a penalty needs of
/// the whole batch goes through `statistics`, sums over rows that are added up lane by lane in a fixed order. Gradients
/// are written for weight·value and accumulated.
class Penalty {
 public:
  virtual ~Penalty() = default;

  /// The recipe's key: "sparse_kl".
  virtual std::string_view name() const = 0;
  /// How its value and gradient are found where there are several ways, and what that costs as a multiple of a plain
  /// step.
  virtual std::string route() const { return {}; }
  virtual double cost() const { return 0; }
  /// How many sums over rows it needs.
  virtual int64_t statistics() const { return 0; }
  /// Its gradient for one row depends on other rows, so backward must wait for the whole batch.
  virtual bool couples_rows() const { return false; }
  /// It has a gradient at the output of this layer.
  virtual bool watches(int) const { return false; }

  /// Once per step, before any lane.
  virtual void prepare(ConstView /*theta*/) {}
  /// Its gradient needs passes of its own: in training, differentiate() takes the place of observe().
  virtual bool has_own_passes() const { return false; }
  /// sums assigned: this lane's statistics. grad_theta accumulated, weight·value; what belongs to a watched layer's
  /// output goes into notes, in the arena.
  virtual void differentiate(const PassView&, double /*weight*/, std::span<double> /*sums*/,
                             View /*grad_theta*/) const {}
  /// sums assigned: this lane's statistics.
  virtual void observe(const PassView&, std::span<double> /*sums*/) const {}
  /// The unweighted value for the batch whose summed statistics these are.
  virtual double value(ConstView theta, std::span<const double> sums, int64_t batch_rows) const = 0;
  /// grad (rows, units) of the output of a watched layer. `sums` is the batch's when couples_rows().
  virtual void add_gradient(const PassView&, int /*layer*/, std::span<const double> /*sums*/, double /*weight*/,
                            View /*grad*/) const {}
  /// The gradient with respect to θ[first, first + grad.size()), as far as no layer's backward pass carries it.
  virtual void add_parameter_gradient(ConstView /*theta*/, std::span<const double> /*sums*/, int64_t /*batch_rows*/,
                                      double /*weight*/, int64_t /*first*/, View /*grad*/) const {}
};

struct WeightedPenalty {
  std::unique_ptr<Penalty> penalty;
  double weight;
};

/// All penalties a recipe asks for. Throws Error when one does not fit the network.
/// `seed` keys what they draw.
std::vector<WeightedPenalty> make_penalties(const ObjectiveConfig& config, const Network& network, uint64_t seed);

/// The layers `on` names: "code", or "hidden" = every activation of encoder and decoder, the output's included.
std::vector<int> watched_layers(const Network& network, const std::string& on);

}  // namespace hourglass

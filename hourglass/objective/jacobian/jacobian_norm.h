#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "hourglass/base/random.h"
#include "hourglass/objective/penalty.h"

namespace hourglass {

/// A point at which the encoder's Jacobian is taken: a finished forward pass and the sign of its term.
struct JacobianPoint {
  const MicroBatch& batch;
  std::span<View> saved = {};  ///< per layer: the gradient at its output, (rows, units), accumulated by measure()
  double sign = 1;
};

/// Σ over rows of ‖Σ_p sign_p J(x_p)‖²_F, J = ∂h/∂x of the whole encoder, for one or several points x_p per row, with
/// its gradient. No state belongs to a row, so one object serves all micro-batches.
class JacobianNorm {
 public:
  virtual ~JacobianNorm() = default;

  /// The method of computation, in words.
  virtual std::string method() const = 0;
  /// Time for value and gradient at one point, as a multiple of the network's forward and backward pass: a ratio of
  /// multiplications.
  virtual double cost() const = 0;
  /// How many sums over rows it needs.
  virtual int64_t statistics() const = 0;
  /// measure() writes the gradient at this layer's output.
  virtual bool has_gradient_at(int layer) const = 0;

  /// Called once per step, before any micro-batch.
  virtual void prepare(ConstView theta) = 0;
  /// sums accumulated. Unless grad_theta is empty, the gradient of scale·value is accumulated in it and in the points'
  /// saved gradients. `draw` keys the probe vectors, so that several calls for the same rows draw different ones.
  virtual void measure(ConstView theta, std::span<const JacobianPoint> points, uint32_t draw, std::span<double> sums,
                       double scale = 0, View grad_theta = {}) const = 0;
  /// The value whose statistics these are.
  virtual double value(std::span<const double> sums) const = 0;
  /// The rest of the gradient of scale·value, with respect to θ[first, first + grad.size()): accumulated once the whole
  /// batch's sums are known.
  virtual void add_parameter_gradient(ConstView /*theta*/, std::span<const double> /*sums*/, double /*scale*/,
                                      int64_t /*first*/, View /*grad*/) const {}
};

/// The dense layer on the input itself; −1 when there is none. Anything between the input and the weight, a pool too,
/// would have a Jacobian of its own.
int first_dense(const Network& network);

/// An exact norm that costs more than this many plain steps is refused unless forced.
inline constexpr double kMaxRelativeCost = 100;

/// How a penalty has its Jacobian norm computed.
struct JacobianEstimator {
  std::string_view penalty;  ///< for messages: "contractive"
  int64_t probes = 0;        ///< Hutchinson probe vectors per row, an unbiased estimate; 0 = exact
  bool force = false;        ///< exact even where it costs more than kMaxRelativeCost
  Random random;             ///< of the probe vectors
};

/// The cheapest exact method, or an estimate by probe vectors. Throws Error when exact costs more than
/// kMaxRelativeCost, unless forced, and when a layer of the encoder couples the rows of a batch.
std::unique_ptr<JacobianNorm> make_jacobian_norm(const JacobianEstimator& estimator, const Network& network);

}  // namespace hourglass

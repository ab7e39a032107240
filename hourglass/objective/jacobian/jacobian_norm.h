#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "hourglass/base/random.h"
#include "hourglass/objective/penalty.h"

namespace hourglass {

/// Point x_p at which the encoder's Jacobian is taken, given by a finished forward pass, and the sign of its term.
struct JacobianPoint {
  const MicroBatch& batch;
  std::span<View> saved = {};  ///< per layer: the gradient at its output, (rows, units), accumulated by measure()
  double sign = 1;
};

/// Squared Frobenius norm of the Jacobian J = ∂h/∂x of the whole encoder, summed over rows, with its gradient:
///
///   value = Σ_rows ‖Σ_p sign_p J(x_p)‖²_F   for one or several points x_p per row
///
/// No state belongs to a row, so one object serves all micro-batches.
class JacobianNorm {
 public:
  virtual ~JacobianNorm() = default;

  /// Name of the method of computation, for users.
  virtual std::string method() const = 0;
  /// Cost of value and gradient at one point, divided by the cost of the network's forward and backward pass. Both are
  /// numbers of multiplications.
  virtual double cost() const = 0;
  /// Number of sums over rows that it needs.
  virtual int64_t statistics() const = 0;
  /// True if measure() saves a gradient at the output of this layer.
  virtual bool has_gradient_at(int layer) const = 0;

  /// Called once per step, before any micro-batch.
  virtual void prepare(ConstView theta) = 0;
  /// sums accumulated. Unless grad_theta is empty, the gradient of scale·value is accumulated in it and in the points'
  /// saved gradients. `draw` keys the probe vectors, so that several calls for the same rows draw different ones.
  virtual void measure(ConstView theta, std::span<const JacobianPoint> points, uint32_t draw, std::span<double> sums,
                       double scale = 0, View grad_theta = {}) const = 0;
  /// Value for a batch with these summed statistics.
  virtual double value(std::span<const double> sums) const = 0;
  /// grad accumulated: the part of the gradient of scale·value with respect to θ[first, first + grad.size()) that needs
  /// the sums of the whole batch.
  virtual void add_parameter_gradient(ConstView /*theta*/, std::span<const double> /*sums*/, double /*scale*/,
                                      int64_t /*first*/, View /*grad*/) const {}
};

/// Index of the dense layer that is applied directly to the network's input; −1 if there is none, for example if a
/// pooling layer comes first.
int first_dense(const Network& network);

/// Maximum cost of an exact norm, in plain training steps, unless it is forced.
inline constexpr double kMaxRelativeCost = 100;

/// Method by which the Jacobian norm of a penalty is computed.
struct JacobianEstimator {
  std::string_view penalty;    ///< name for messages: "contractive"
  int64_t probes = 0;          ///< Hutchinson probe vectors per row, an unbiased estimate; 0 = exact
  bool force = false;          ///< exact even where it costs more than kMaxRelativeCost
  Random random;               ///< of the probe vectors
  Mode mode = Mode::training;  ///< of the passes that are measured
};

/// Creates the cheapest exact norm, or an estimate by probe vectors. Throws Error if an exact norm costs more than
/// kMaxRelativeCost and is not forced, and if a layer of the encoder combines the rows of a batch in training.
std::unique_ptr<JacobianNorm> make_jacobian_norm(const JacobianEstimator& estimator, const Network& network);

}  // namespace hourglass

#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "hourglass/base/random.h"
#include "hourglass/objective/penalty.h"

namespace hourglass {

/// A place at which the encoder's Jacobian is taken: a finished forward pass, whose notes take ∂/∂z, and its sign.
struct JacobianPoint {
  const PassView& pass;
  double sign = 1;
};

/// Σ over rows of ‖Σ_p sign_p J(x_p)‖²_F, J = ∂h/∂x of the whole encoder, for one or several points x_p per row, with
/// its gradient. Nothing per row is kept, so one object serves all lanes.
class JacobianNorm {
 public:
  virtual ~JacobianNorm() = default;

  /// Which of the routes it is, in words.
  virtual std::string route() const = 0;
  /// Time for value and gradient at one point, as a multiple of the network's forward and backward pass: a count of
  /// multiplications.
  virtual double cost() const = 0;
  /// How many sums over rows it needs.
  virtual int64_t statistics() const = 0;
  /// The points' notes are written at this layer.
  virtual bool watches(int layer) const = 0;

  /// Once per step, before any lane.
  virtual void prepare(ConstView theta) = 0;
  /// sums accumulated. Unless grad_theta is empty, the gradient of scale·value is accumulated in it and in the notes of
  /// watched layers. `draw` tells apart several calls for the same rows, which draw probes of their own.
  virtual void measure(std::span<const JacobianPoint> points, uint32_t draw, std::span<double> sums, double scale = 0,
                       View grad_theta = {}) const = 0;
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

/// Multiplications of one sample's forward and backward pass.
double plain_step_products(const Network& network);

/// An exact norm that costs more than this many plain steps is refused unless asked for with force.
inline constexpr double kDearest = 100;

/// How a penalty wants it computed.
struct JacobianEstimator {
  std::string_view penalty;  ///< for messages: "contractive"
  int64_t probes = 0;        ///< random ones per row, an unbiased estimate; 0 = exact
  bool force = false;        ///< exact even where it costs more than kDearest
  Random random;             ///< of the probes
};

/// The cheapest exact route, or probes. Throws Error when exact costs more than kDearest, unless forced.
std::unique_ptr<JacobianNorm> make_jacobian_norm(const JacobianEstimator& estimator, const Network& network);

}  // namespace hourglass

#pragma once

#include "hourglass/objective/jacobian/jacobian_norm.h"

namespace hourglass {

/// Norm for any encoder by vector–Jacobian products Jᵀv, with the code's unit vectors v for the exact norm or random
/// sign vectors for an unbiased estimate (Hutchinson). With layers z = A h, h = s(z), the VJP of a row v goes through
/// the encoder from the code to the input
///
///   b = s'(z) ∘ d,   d = Aᵀ b,   ending in q = Jᵀ v at the input,       value = Σ ‖q‖²
///
/// and the gradient of the value is the VJP's own backward pass, from q̄ = 2q at the input up to the code:
///
///   ū = A q̄,   dA += b ⊗ q̄,   dz += s''(z) ∘ d ∘ ū,   q̄ = s'(z) ∘ ū.
///
/// Where a residual begins, the VJP of its input is the sum over branch and shortcut; where it ends, q̄ is.
/// The dz are added to the gradients of the ordinary backward pass. If the first layer is dense and it takes fewer
/// multiplications, the VJP ends before that layer, and the Gram matrix G = W Wᵀ gives the norm: value = Σ ⟨b, bG⟩ and
/// ū = 2bG, so no row is as wide as the input; dW += 2 (Σ bᵀb) W once per call of measure(). With several points,
/// sign·v goes through a VJP of its own at each point. The results (q, or b with a Gram matrix) are added up, and the
/// backward passes of all points start from the same q̄ (or ū). Rows are computed in tiles that fit in cache, so memory
/// does not grow with the code.
class JacobianRows final : public JacobianNorm {
 public:
  /// probes = 0: exact.
  JacobianRows(const Network& network, int64_t probes, const Random& random);

  /// True if the first layer is replaced by its Gram matrix.
  bool uses_gram() const { return gram_layer_ >= 0; }

  std::string method() const override;
  double cost() const override;
  int64_t statistics() const override { return 1; }
  bool has_gradient_at(int layer) const override;
  void prepare(ConstView theta) override;
  void measure(ConstView theta, std::span<const JacobianPoint> points, uint32_t draw, std::span<double> sums,
               double scale, View grad_theta) const override;
  double value(std::span<const double> sums) const override { return sums[0]; }

 private:
  struct VjpTape;
  struct Tiles;
  /// Σ ‖q‖² over the micro-batch's rows and probe vectors.
  double run(Tiles& t) const;
  void allocate(Tiles& t, int64_t rows, int64_t widest) const;
  /// Assigns the vectors v at the code for the tile's rows: unit vectors, or random signs.
  void start(const Tiles& t, const VjpTape& tape) const;
  void vjp(const Tiles& t, const VjpTape& tape) const;
  /// Adds up the q (or b) of all points and returns Σ ‖q‖² of the tile. Also computes q̄ (or ū) for vjp_backward.
  double squared_norm(const Tiles& t) const;
  void vjp_backward(const Tiles& t, const VjpTape& tape) const;

  const Network& network_;
  int end_;              ///< the code is the output of layer end_ − 1
  int64_t probes_;       ///< rows per sample: the code's size, or the number of probe vectors
  int gram_layer_ = -1;  ///< the dense layer that the Gram matrix replaces, where VJPs end; −1: they end at the input
  bool exact_;
  Random random_;
  Tensor gram_;  ///< G (units, units) of this step's θ
};

}  // namespace hourglass

#pragma once

#include "hourglass/objective/jacobian/jacobian_norm.h"

namespace hourglass {

/// For any encoder, by rows: Jᵀv for the code's unit vectors v or for random sign vectors. With layers z = A h,
/// h = s(z), a row runs down through the encoder
///
///   b = s'(z) ∘ d,   d = Aᵀ b,   ending in q = Jᵀ v at the input,       value = Σ ‖q‖²
///
/// and its gradient is the same pass differentiated once more: from q̄ = 2q up again
///
///   ū = A q̄,   dA += b ⊗ q̄,   dz += s''(z) ∘ d ∘ ū,   q̄ = s'(z) ∘ ū.
///
/// The dz join the ordinary backward pass. When the first layer is dense and that takes less, its Gram matrix
/// G = W Wᵀ closes the pass: value = Σ ⟨b, bG⟩ and ū = 2bG, so no row ever has the input's width; dW += 2 (Σ bᵀb) W
/// once. Several points go down each from its sign·v and meet: q, or b before the Gram matrix, is their sum, and all go
/// up again from the same q̄. Rows are handled in tiles that stay in cache, so memory does not grow with the code.
class JacobianRows final : public JacobianNorm {
 public:
  /// probes = 0: exact.
  JacobianRows(const Network& network, int64_t probes, const Random& random);

  /// The first layer is closed by its Gram matrix.
  bool uses_gram() const { return gram_layer_ >= 0; }

  std::string route() const override;
  double cost() const override;
  int64_t statistics() const override { return 1; }
  bool watches(int layer) const override;
  void prepare(ConstView theta) override;
  void measure(std::span<const JacobianPoint> points, uint32_t draw, std::span<double> sums, double scale,
               View grad_theta) const override;
  double value(std::span<const double> sums) const override { return sums[0]; }

 private:
  struct Trail;
  struct Sweep;
  double sweep(Sweep& s) const;
  void make_room(Sweep& s, int64_t rows, int64_t widest) const;
  void start(const Sweep& s, const Trail& trail) const;
  void down(const Sweep& s, const Trail& trail) const;
  double close(const Sweep& s) const;
  void up(const Sweep& s, const Trail& trail) const;
  /// Where a row ends: the layer before the Gram matrix, or the input.
  int bottom() const { return uses_gram() ? gram_layer_ : -1; }

  const Network& network_;
  int end_;              ///< the code is the output of layer end_ − 1
  int64_t probes_;       ///< rows per sample: the code's size, or the number of random ones
  int gram_layer_ = -1;  ///< the dense layer whose Gram matrix closes the pass; −1: rows go down to the input
  bool exact_;
  Random random_;
  Tensor gram_;  ///< G (units, units) of this step's θ
};

}  // namespace hourglass

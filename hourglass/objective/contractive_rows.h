#pragma once

#include "hourglass/base/random.h"
#include "hourglass/objective/penalty.h"

namespace hourglass {

/// ‖J‖²_F of a deep encoder by rows, Jᵀv for the code's unit vectors v or for random sign vectors. With layers z = A h,
/// h = s(z), a row runs down through the encoder
///
///   b = s'(z) ∘ d,   d = Aᵀ b,   ending in q = Jᵀ v at the input,       value = Σ ‖q‖²
///
/// and its gradient is the same pass differentiated once more: from q̄ = 2q up again
///
///   ū = A q̄,   dA += b ⊗ q̄,   dz += s''(z) ∘ d ∘ ū,   q̄ = s'(z) ∘ ū.
///
/// The dz join the ordinary backward pass. When the first layer is dense with at most 2·inputs units, its Gram matrix
/// G = W Wᵀ closes the pass: value = Σ ⟨b, bG⟩ and ū = 2bG, so no row ever has the input's width; dW += 2 (Σ bᵀb) W
/// once. Rows are handled in tiles that stay in cache, so memory does not grow with the code.
class ContractiveRows final : public Penalty {
 public:
  /// probes = 0: exact.
  ContractiveRows(const Network& network, int64_t probes, uint64_t seed);

  /// Time for value and gradient, as a multiple of the network's forward and backward pass: a count of multiplications.
  double cost() const;
  /// The first layer is closed by its Gram matrix.
  bool uses_gram() const { return gram_layer_ >= 0; }

  std::string_view name() const override { return "contractive"; }
  int64_t statistics() const override { return 1; }
  bool has_own_passes() const override { return true; }
  bool watches(int layer) const override;
  void prepare(ConstView theta) override;
  void observe(const PassView& pass, std::span<double> sums) const override;
  void differentiate(const PassView& pass, double weight, std::span<double> sums, View grad_theta) const override;
  double value(ConstView theta, std::span<const double> sums, int64_t batch_rows) const override;
  void add_gradient(const PassView& pass, int layer, std::span<const double> sums, double weight,
                    View grad) const override;

 private:
  struct Sweep;
  void sweep(Sweep& s, std::span<double> sums) const;
  void make_room(Sweep& s, int64_t rows, int64_t widest) const;
  void start(const Sweep& s, View v) const;
  void down(Sweep& s) const;
  double close(const Sweep& s) const;
  void up(Sweep& s) const;

  const Network& network_;
  int end_;              ///< the code is the output of layer end_ − 1
  int gram_layer_ = -1;  ///< the dense layer whose Gram matrix closes the pass; −1: rows go down to the input
  int64_t probes_;       ///< rows per sample: the code's size, or the number of random ones
  bool exact_;
  Random random_;
  Tensor gram_;  ///< G (units, units) of this step's θ
};

}  // namespace hourglass

#pragma once

#include <memory>

#include "hourglass/objective/penalty.h"

namespace hourglass {

/// The squared Frobenius norm of the encoder's Jacobian, J = ∂h/∂x (Rifai et al., "Contractive auto-encoders", ICML
/// 2011), for an encoder of any depth and of any layers:
///
///   value = (1/N) Σ_n ‖J(x_n)‖²_F
///
/// exactly, or with `probes = K` its unbiased estimate (1/N) Σ_n (1/K) Σ_k ‖J(x_n)ᵀ v_nk‖² over random sign vectors v
/// (Hutchinson, 1990). One dense layer has a closed form; anything else goes by rows of J (contractive_rows.h).
/// Throws Error, naming the cost, when exact rows would take more than 100 times a plain step, unless `force`d.
std::unique_ptr<Penalty> make_contractive(const ContractiveConfig& config, const Network& network, uint64_t seed);

}  // namespace hourglass

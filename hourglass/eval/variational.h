#pragma once

#include <cstdint>
#include <vector>

#include "hourglass/eval/measured_rows.h"

namespace hourglass {

// Measurements of a variational autoencoder (Kingma & Welling, ICLR 2014): encoder q(z|x) = N(μ(x), σ²(x)), prior
// p(z) = N(0, I), decoder p(x|z) of independent features: Bernoulli with the outputs as probabilities where it ends in
// a sigmoid, else normal with the outputs as means and variance 1. Numbers are in nats. Draws are a function of the
// row's values, the number of the draw and the unit, so that they do not depend on the order of rows.

inline constexpr int64_t kImportanceSamples = 500;
inline constexpr double kActiveVariance = 0.01;
inline constexpr int64_t kMostMmdRows = 10000;

/// The posterior q(z|x) over the rows of a data set, per unit.
struct Posterior {
  std::vector<double> kl;        ///< mean over rows of KL(q(z_j|x) ‖ p(z_j))
  std::vector<double> variance;  ///< of μ_j over rows, divided by their number
};

/// Precondition of all functions but prior_mmd: the code is that of a gaussian layer.
Posterior posterior(const MeasuredRows& rows);

/// Mean over rows of ln p(x|z) − KL(q(z|x) ‖ p(z)) with one draw z ~ q(z|x) per row: the evidence lower bound.
double evidence_lower_bound(const MeasuredRows& rows);

/// Mean over rows of ln (1/K) Σ_k p(x|z_k) p(z_k) / q(z_k|x) with z_k ~ q(z|x), K = samples: a lower bound of ln p(x)
/// that grows with K (Burda, Grosse & Salakhutdinov, "Importance weighted autoencoders", ICLR 2016, equation 8). Sums
/// are taken in double precision relative to the largest term so far, one draw at a time.
double importance_log_likelihood(const MeasuredRows& rows, int64_t samples);

/// Unbiased squared maximum mean discrepancy of all codes (one draw per row of a gaussian code) from as many draws of
/// the prior, with the kernels of the mmd penalty in their default widths (objective/mmd.h). At least two rows; takes 3
/// N² distances, on `threads` threads.
double prior_mmd(const MeasuredRows& rows, int threads);

}  // namespace hourglass

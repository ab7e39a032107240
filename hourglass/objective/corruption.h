#pragma once

#include <cstdint>
#include <span>

#include "hourglass/base/random.h"
#include "hourglass/objective/config.h"
#include "hourglass/tensor/tensor.h"

namespace hourglass {

/// noisy (rows, features) assigned = clean + std·n, n ~ N(0, 1), a function of (epoch, sample, feature, draw); `draw`
/// distinguishes several noise vectors of one sample. samples[i] identifies row i; if empty, its number does.
void add_gaussian(const Random& random, double std, ConstView clean, uint32_t epoch, std::span<const uint32_t> samples,
                  uint32_t draw, View noisy);

/// Corrupts the input while the target stays clean (Vincent et al., "Stacked denoising autoencoders", JMLR 2010).
///
///     gaussian σ:      x̃ = x + σ·n, n ~ N(0, 1), not clipped
///     masking p:       x̃_j = 0 with probability p
///     salt_pepper p:   x̃_j = 0 with probability p/2, 1 with probability p/2
///
/// A function of (seed, epoch, sample, feature): independent of threads and batch boundaries.
class Corruption {
 public:
  Corruption(const CorruptionConfig& config, uint64_t seed) : config_(config), random_(seed, Stream::corruption) {}

  bool is_active() const { return config_.gaussian > 0 || config_.masking > 0 || config_.salt_pepper > 0; }

  /// noisy (rows, features) assigned from clean; samples[i] identifies row i.
  void apply(ConstView clean, uint32_t epoch, std::span<const uint32_t> samples, View noisy) const;

 private:
  CorruptionConfig config_;
  Random random_;
};

}  // namespace hourglass

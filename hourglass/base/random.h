#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace hourglass {

/// Purposes of random numbers. Each has its own stream, so that numbers of one purpose do not depend on another.
enum class Stream : uint32_t {
  init,
  shuffle,
  corruption,
  probes,
  split,
  hessian,
  hessian_probes,
  evaluation,
  code,
  prior,
  binarise,
  augmentation,
  dropout,
  count
};
static_assert(static_cast<uint32_t>(Stream::count) <= 16, "the generator's counter has 4 bits for the stream");

/// Counter-based random numbers (Philox4x32-10; Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011).
/// Pure function of (seed, stream, a, b, block): independent of threads and order.
class Random {
 public:
  Random(uint64_t seed, Stream stream) : seed_(seed), stream_(stream) {}

  /// Four independent 32-bit words for the key (a, b, block), e.g. (epoch, sample, feature / 4).
  std::array<uint32_t, 4> words(uint32_t a, uint64_t b, uint32_t block) const;

  /// Uniform number in [0, 1) with 24 bits, for the counter `index` under the key (a, b).
  double uniform(uint32_t a, uint64_t b, uint64_t index) const;

  /// Standard normal number (Box–Muller), for the counter `index` under the key (a, b).
  double normal(uint32_t a, uint64_t b, uint64_t index) const;

 private:
  uint64_t seed_;
  Stream stream_;
};

/// Four standard normal numbers of four words, by Box–Muller in single precision.
std::array<float, 4> normals(const std::array<uint32_t, 4>& words);

/// Order of the samples in an epoch: a permutation of [0, n), a pure function of (seed, epoch, n).
std::vector<uint32_t> shuffled(uint64_t seed, uint32_t epoch, uint32_t n);

}  // namespace hourglass

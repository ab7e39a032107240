#include "hourglass/objective/corruption.h"

#include <algorithm>

#include "hourglass/tensor/visit.h"

namespace hourglass {

namespace {

constexpr int64_t kBlock = 4;  // words per random block

float unit(uint32_t word) { return static_cast<float>(word >> 8) * 0x1p-24f; }

/// noisy assigned f(clean value, random number of the feature); numbers(sample, block) are those of four features.
template <class Numbers, class F>
void corrupt(ConstView clean, std::span<const uint32_t> samples, View noisy, Numbers numbers, F f) {
  const int64_t features = clean.columns();
  visit_floats(clean, noisy, [&]<class T>(std::span<const T> all, std::span<T> changed) {
    const T* from = all.data();
    T* to = changed.data();
    for (int64_t i = 0; i < clean.rows(); ++i, from += features, to += features) {
      const uint32_t sample = samples.empty() ? static_cast<uint32_t>(i) : samples[i];
      for (int64_t first = 0; first < features; first += kBlock) {
        const auto random = numbers(sample, static_cast<uint32_t>(first / kBlock));
        const int64_t last = std::min(first + kBlock, features);
        for (int64_t j = first; j < last; ++j) to[j] = f(from[j], random[j - first]);
      }
    }
  });
}

}  // namespace

void add_gaussian(const Random& random, double std, ConstView clean, uint32_t epoch, std::span<const uint32_t> samples,
                  uint32_t draw, View noisy) {
  const auto first = static_cast<uint32_t>(draw * ((clean.columns() + kBlock - 1) / kBlock));
  const auto numbers = [&](uint32_t sample, uint32_t block) {
    return normals(random.words(epoch, sample, first + block));
  };
  corrupt(clean, samples, noisy, numbers, [=]<class T>(T x, float n) { return x + static_cast<T>(std * n); });
}

void Corruption::apply(ConstView clean, uint32_t epoch, std::span<const uint32_t> samples, View noisy) const {
  HOURGLASS_CHECK(clean.rows() == static_cast<int64_t>(samples.size()) && clean.size() == noisy.size());
  const auto [gaussian, masking, salt_pepper] = config_;
  if (gaussian > 0) return add_gaussian(random_, gaussian, clean, epoch, samples, 0, noisy);
  const auto words = [&](uint32_t sample, uint32_t block) { return random_.words(epoch, sample, block); };
  if (masking > 0)
    return corrupt(clean, samples, noisy, words,
                   [p = masking]<class T>(T x, uint32_t w) { return unit(w) < p ? T{0} : x; });
  corrupt(clean, samples, noisy, words, [p = salt_pepper]<class T>(T x, uint32_t w) {
    const double u = unit(w);
    return u < p / 2 ? T{0} : u < p ? T{1} : x;
  });
}

}  // namespace hourglass

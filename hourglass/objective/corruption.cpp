#include "hourglass/objective/corruption.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "hourglass/tensor/visit.h"

namespace hourglass {

namespace {

constexpr int64_t kBlock = 4;  // words per random block

float unit(uint32_t word) { return static_cast<float>(word >> 8) * 0x1p-24f; }

/// Box–Muller in single precision: four words to four standard normals.
std::array<float, 4> normals(const std::array<uint32_t, 4>& words) {
  std::array<float, 4> out;
  for (int pair = 0; pair < 4; pair += 2) {
    const float radius = std::sqrt(-2.0f * std::log(1.0f - unit(words[pair])));
    const float angle = 2.0f * std::numbers::pi_v<float> * unit(words[pair + 1]);
    out[pair] = radius * std::cos(angle);
    out[pair + 1] = radius * std::sin(angle);
  }
  return out;
}

/// One row: f(clean value, feature's random number) for each feature, four at a time.
template <class T, class Numbers, class F>
void corrupt_row(const T* clean, T* noisy, int64_t features, Numbers numbers, F f) {
  for (int64_t block = 0; block * kBlock < features; ++block) {
    const auto random = numbers(static_cast<uint32_t>(block));
    const int64_t first = block * kBlock, last = std::min(first + kBlock, features);
    for (int64_t j = first; j < last; ++j) noisy[j] = f(clean[j], random[j - first]);
  }
}

template <class T>
void corrupt(const CorruptionConfig& c, const Random& random, const T* from, uint32_t epoch,
             std::span<const uint32_t> samples, int64_t features, T* to) {
  for (size_t i = 0; i < samples.size(); ++i, from += features, to += features) {
    const auto words = [&](uint32_t block) { return random.words(epoch, samples[i], block); };
    if (c.masking > 0)
      corrupt_row(from, to, features, words, [&](T x, uint32_t w) { return unit(w) < c.masking ? T{0} : x; });
    else
      corrupt_row(from, to, features, words, [&](T x, uint32_t w) {
        const double u = unit(w);
        return u < c.salt_pepper / 2 ? T{0} : u < c.salt_pepper ? T{1} : x;
      });
  }
}

}  // namespace

void add_gaussian(const Random& random, double std, ConstView clean, uint32_t epoch, std::span<const uint32_t> samples,
                  uint32_t draw, View noisy) {
  const int64_t features = clean.columns();
  const auto first = static_cast<uint32_t>(draw * ((features + kBlock - 1) / kBlock));
  visit_floats(clean, noisy, [&]<class T>(std::span<const T> all, std::span<T> changed) {
    const T* from = all.data();
    T* to = changed.data();
    for (int64_t i = 0; i < clean.rows(); ++i, from += features, to += features) {
      const uint32_t sample = samples.empty() ? static_cast<uint32_t>(i) : samples[i];
      corrupt_row(
          from, to, features, [&](uint32_t block) { return normals(random.words(epoch, sample, first + block)); },
          [&](T x, float n) { return x + static_cast<T>(std * n); });
    }
  });
}

void Corruption::apply(ConstView clean, uint32_t epoch, std::span<const uint32_t> samples, View noisy) const {
  HOURGLASS_CHECK(clean.rows() == static_cast<int64_t>(samples.size()) && clean.size() == noisy.size());
  if (config_.gaussian > 0) return add_gaussian(random_, config_.gaussian, clean, epoch, samples, 0, noisy);
  visit_floats(clean, noisy, [&](auto from, auto to) {
    corrupt(config_, random_, from.data(), epoch, samples, clean.columns(), to.data());
  });
}

}  // namespace hourglass

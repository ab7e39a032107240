#include "hourglass/tensor/noise.h"

#include <algorithm>

#include "hourglass/tensor/visit.h"

namespace hourglass {

void fill_normal(const Random& random, uint32_t epoch, std::span<const uint32_t> samples, uint32_t draw, View noise) {
  constexpr int64_t kBlock = 4;  // numbers per random block
  const int64_t columns = noise.columns(), first_block = draw * ((columns + kBlock - 1) / kBlock);
  HOURGLASS_CHECK(samples.empty() || std::ssize(samples) == noise.rows());
  visit_floats(noise, [&](auto out) {
    using T = typename decltype(out)::value_type;
    for (int64_t i = 0; i < noise.rows(); ++i) {
      const uint32_t sample = samples.empty() ? static_cast<uint32_t>(i) : samples[i];
      for (int64_t first = 0; first < columns; first += kBlock) {
        const auto numbers = normals(random.words(epoch, sample, static_cast<uint32_t>(first_block + first / kBlock)));
        const int64_t count = std::min(kBlock, columns - first);
        for (int64_t j = 0; j < count; ++j) out[i * columns + first + j] = static_cast<T>(numbers[j]);
      }
    }
  });
}

}  // namespace hourglass

#include <cmath>

#include "hourglass/base/random.h"
#include "hourglass/nn/network.h"
#include "hourglass/tensor/visit.h"

namespace hourglass {

namespace {

/// One number for element i of parameter p.
double draw(const InitConfig& init, const Random& random, const Parameter& p, uint32_t index, int64_t i) {
  if (p.initial) return *p.initial;
  const auto uniform = [&](double bound) { return bound * (2 * random.uniform(index, 0, i) - 1); };
  const auto fan_in = static_cast<double>(p.fan_in), fan_out = static_cast<double>(p.fan_out);
  if (init.kind == InitKind::pytorch || init.kind == InitKind::pca) return uniform(1 / std::sqrt(fan_in));
  if (p.is_bias) return 0.0;
  if (init.kind == InitKind::xavier) return uniform(std::sqrt(6 / (fan_in + fan_out)));
  return random.normal(index, 0, i) * (init.kind == InitKind::he ? std::sqrt(2 / fan_in) : init.std);
}

}  // namespace

void initialise(const Network& network, const InitConfig& init, uint64_t seed, View theta) {
  const Random random(seed, Stream::init);
  uint32_t index = 0;
  for (const Parameter& p : network.parameters()) {
    visit_floats(p.in(theta), [&]<class T>(std::span<T> values) {
      for (size_t i = 0; i < values.size(); ++i)
        values[i] = static_cast<T>(draw(init, random, p, index, static_cast<int64_t>(i)));
    });
    ++index;
  }
}

}  // namespace hourglass

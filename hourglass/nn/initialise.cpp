#include <cmath>

#include "hourglass/base/random.h"
#include "hourglass/nn/network.h"
#include "hourglass/nn/orthogonal.h"
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
  if (init.kind == InitKind::he_uniform) return uniform(std::sqrt(6 / fan_in));
  const double normal = random.normal(index, 0, i);
  if (init.kind == InitKind::orthogonal) return normal;  // orthogonalise follows
  if (init.kind == InitKind::xavier_normal) return normal * std::sqrt(2 / (fan_in + fan_out));
  return normal * (init.kind == InitKind::he ? std::sqrt(2 / fan_in) : init.std);
}

/// The elements of parameter p, in double precision where they depend on each other.
void assign(const Parameter& p, const InitConfig& init, const Random& random, uint32_t index, View weight) {
  const auto element = [&](size_t i) { return draw(init, random, p, index, static_cast<int64_t>(i)); };
  std::vector<double> matrix;
  if (init.kind == InitKind::orthogonal && !p.is_bias && !p.initial) {
    matrix.resize(static_cast<size_t>(weight.size()));
    for (size_t i = 0; i < matrix.size(); ++i) matrix[i] = element(i);
    orthogonalise(p.shape[0], matrix);
  }
  visit_floats(weight, [&]<class T>(std::span<T> values) {
    for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<T>(matrix.empty() ? element(i) : matrix[i]);
  });
}

}  // namespace

void initialise(const Network& network, const InitConfig& init, uint64_t seed, View theta) {
  const Random random(seed, Stream::init);
  uint32_t index = 0;
  for (const Parameter& p : network.parameters())
    assign(p, p.init ? InitConfig{*p.init} : init, random, index++, p.in(theta));
}

}  // namespace hourglass

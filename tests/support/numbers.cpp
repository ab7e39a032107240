#include "support/numbers.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "hourglass/base/random.h"

namespace hourglass {

namespace {

/// Numbers pass through f32, so that both types hold the same.
template <class F>
Tensor fill(DType dtype, Shape shape, F f) {
  Tensor t(DType::f32, shape);
  for (int64_t i = 0; i < t.size(); ++i) t.as<float>()[i] = static_cast<float>(f(static_cast<uint64_t>(i)));
  return t.cast(dtype);
}

}  // namespace

Tensor normals(DType dtype, Shape shape, uint64_t seed) {
  const Random random(seed, Stream::probes);
  return fill(dtype, shape, [&](uint64_t i) { return random.normal(0, 0, i); });
}

Tensor uniforms(DType dtype, Shape shape, uint64_t seed, double low, double high) {
  const Random random(seed, Stream::probes);
  return fill(dtype, shape, [&](uint64_t i) { return low + (high - low) * random.uniform(0, 0, i); });
}

Tensor tensor_of(Shape shape, const std::vector<double>& values) {
  Tensor t(DType::f64, shape);
  HOURGLASS_CHECK(t.size() == static_cast<int64_t>(values.size()));
  std::copy(values.begin(), values.end(), t.as<double>());
  return t;
}

std::vector<double> values_of(ConstView view) {
  if (view.dtype() == DType::f32) return {view.as<float>(), view.as<float>() + view.size()};
  return {view.as<double>(), view.as<double>() + view.size()};
}

double relative_difference(ConstView a, ConstView expected) {
  HOURGLASS_CHECK(a.size() == expected.size());
  const auto found = values_of(a), wanted = values_of(expected);
  double difference = 0, scale = 0;
  for (size_t i = 0; i < found.size(); ++i) {
    if (std::isnan(found[i])) return std::numeric_limits<double>::infinity();
    difference = std::max(difference, std::abs(found[i] - wanted[i]));
    scale = std::max(scale, std::abs(wanted[i]));
  }
  return difference == 0 ? 0 : difference / scale;
}

Twin twin(Tensor fast) {
  Tensor exact = fast.cast(DType::f64);
  return {std::move(fast), std::move(exact)};
}

Twin normal_twin(Shape shape, uint64_t seed) { return twin(normals(DType::f32, shape, seed)); }

Twin zero_twin(Shape shape) { return twin(Tensor(DType::f32, shape)); }

}  // namespace hourglass

#pragma once

#include <cstdint>
#include <vector>

#include "hourglass/tensor/tensor.h"

namespace hourglass {

/// Standard normals, a pure function of (seed, element); f32 and f64 of one seed hold the same numbers.
Tensor normals(DType dtype, Shape shape, uint64_t seed);
/// U(low, high), likewise.
Tensor uniforms(DType dtype, Shape shape, uint64_t seed, double low, double high);
/// An f64 tensor of these values, row by row.
Tensor tensor_of(Shape shape, const std::vector<double>& values);
/// All elements in order, of either type.
std::vector<double> values_of(ConstView view);

/// max |a − expected| / max |expected|: the difference on the scale of the whole result. Infinite when a holds a NaN.
double relative_difference(ConstView a, ConstView expected);

/// The same numbers for both backends.
struct Twin {
  Tensor fast, exact;
  double difference() const { return relative_difference(fast, exact); }
};

Twin twin(Tensor fast);
Twin normal_twin(Shape shape, uint64_t seed);
Twin zero_twin(Shape shape);

/// Runs f once per backend; f gets a function that picks a twin's side.
template <class F>
void on_both(F f) {
  f([](Twin& t) { return t.fast.view(); });
  f([](Twin& t) { return t.exact.view(); });
}

/// What both backends return for the same f, as on_both.
struct Scalars {
  double fast, exact;
};

template <class F>
Scalars scalars(F f) {
  return {f([](Twin& t) { return t.fast.view(); }), f([](Twin& t) { return t.exact.view(); })};
}

/// Lengths around the widths of vector registers, and a real one.
inline const std::vector<int64_t> kLengths = {1, 3, 7, 8, 9, 15, 16, 17, 31, 33, 64, 65, 784, 1023, 1024, 1025, 4099};

}  // namespace hourglass

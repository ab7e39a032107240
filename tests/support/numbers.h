#pragma once

#include <cstdint>
#include <vector>

#include "hourglass/base/parallel.h"
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

/// What both backends return for the same f.
struct Scalars {
  double fast = 0, exact = 0;
};

/// Runs f once per backend, each as a task of one thread, as the program does; f gets a function that picks a twin's
/// side.
template <class F>
Scalars scalars(F f) {
  Scalars s;
  auto task = [&](int64_t) {
    s = {f([](Twin& t) { return t.fast.view(); }), f([](Twin& t) { return t.exact.view(); })};
  };
  parallel_for(1, 1, task);
  return s;
}

template <class F>
void on_both(F f) {
  scalars([&](auto of) { return f(of), 0.0; });
}

/// Lengths around the widths of vector registers, and a real one.
inline const std::vector<int64_t> kLengths = {1, 3, 7, 8, 9, 15, 16, 17, 31, 33, 64, 65, 784, 1023, 1024, 1025, 4099};

}  // namespace hourglass

#include <gtest/gtest.h>

#include <cmath>

#include "hourglass/tensor/ops.h"
#include "support/numbers.h"

namespace hourglass {
namespace {

constexpr double kTolerance = 1e-5;

template <class F>
void for_each_length(F f) {
  for (const int64_t n : kLengths) {
    SCOPED_TRACE(n);
    f(n);
  }
}

/// Sums by row or column, of both backends.
template <class F>
void expect_same_sums(int64_t count, F f) {
  std::vector<double> fast(count), exact(count);
  f([](Twin& t) { return t.fast.view(); }, fast);
  f([](Twin& t) { return t.exact.view(); }, exact);
  EXPECT_LT(relative_difference(tensor_of({count}, fast), tensor_of({count}, exact)), kTolerance);
}

TEST(FastSums, AgreeWithTheReference) {
  for_each_length([](int64_t n) {
    Twin x = normal_twin({3, n}, 1);
    const auto absolutes = scalars([&](auto of) { return ops::sum_of_absolutes(of(x)); });
    EXPECT_NEAR(absolutes.fast, absolutes.exact, kTolerance * absolutes.exact);
    const auto squares = scalars([&](auto of) { return ops::sum_of_squares(of(x)); });
    EXPECT_NEAR(squares.fast, squares.exact, kTolerance * squares.exact);
  });
}

TEST(FastSums, KeepTheirPrecisionOverMillions) {
  Twin x = twin(uniforms(DType::f32, {1 << 21}, 1, 0, 1));
  const auto absolutes = scalars([&](auto of) { return ops::sum_of_absolutes(of(x)); });
  EXPECT_NEAR(absolutes.fast, absolutes.exact, 1e-6 * absolutes.exact);
}

TEST(FastSumsByAxis, AgreeWithTheReference) {
  for_each_length([](int64_t n) {
    for (const int64_t rows : {1, 5}) {
      Twin x = normal_twin({rows, n}, 1);
      expect_same_sums(n, [&](auto of, std::span<double> sums) { ops::column_sums(of(x), sums); });
      expect_same_sums(n, [&](auto of, std::span<double> sums) { ops::column_sums_of_squares(of(x), sums); });
      expect_same_sums(rows, [&](auto of, std::span<double> sums) { ops::row_sums_of_squares(of(x), sums); });
    }
  });
}

TEST(SumsByAxis, MatchSumsByHandAndOverwrite) {
  Tensor x = tensor_of({2, 3}, {1, 2, 3, -4, 5, -6});
  std::vector<double> columns(3, 99), rows(2, 99);
  ops::column_sums(x, columns);
  EXPECT_EQ(columns, (std::vector<double>{-3, 7, -3}));
  ops::column_sums_of_squares(x, columns);
  EXPECT_EQ(columns, (std::vector<double>{17, 29, 45}));
  ops::row_sums_of_squares(x, rows);
  EXPECT_EQ(rows, (std::vector<double>{14, 77}));
  Tensor y = tensor_of({3}, {10, 10, 10});
  ops::add_column_sums(x, y);
  EXPECT_EQ(values_of(y), (std::vector<double>{7, 17, 7}));
}

/// Runs f(of, y) on y (rows, n) of both backends and compares; the element behind y's end must stay.
template <class F>
void expect_same_addition(int64_t rows, int64_t n, F f) {
  Twin space = normal_twin({rows * n + 1}, 9);
  const float guard = space.fast.as<float>()[rows * n];
  on_both([&](auto of) { f(of, of(space).part(0, {rows, n})); });
  EXPECT_LT(space.difference(), kTolerance);
  EXPECT_EQ(space.fast.as<float>()[rows * n], guard);
}

TEST(FastAdditions, AgreeWithTheReference) {
  for_each_length([](int64_t n) {
    Twin x = normal_twin({3, n}, 1), b = normal_twin({3, n}, 2);
    for (int64_t i = 0; i < n; i += 3) x.fast.as<float>()[i] = 0, x.exact.as<double>()[i] = 0;
    const std::vector<double> v = values_of(normals(DType::f64, {n}, 3));
    expect_same_addition(1, n, [&](auto of, View y) { ops::add_column_sums(of(x), y.reshaped({n})); });
    expect_same_addition(3, n, [&](auto of, View y) { ops::add_scaled(-0.3, of(x), y); });
    expect_same_addition(3, n, [&](auto of, View y) { ops::add_scaled_sign(-0.3, of(x), y); });
    expect_same_addition(3, n, [&](auto, View y) { ops::add_to_rows(v, y); });
    expect_same_addition(3, n, [&](auto of, View y) { ops::add_scaled_product(v, of(x), of(b), y); });
  });
}

TEST(FastColumnSums, AgreeWithTheReferenceOnAnyNumberOfNarrowRows) {
  for (const int64_t n : {1, 3, 8, 16, 17, 511, 512, 513, 1023, 1024, 1025})
    for (const int64_t rows : {1, 2, 3, 63, 64, 65, 1000, 2049}) {
      Twin x = normal_twin({rows, n}, 1);
      expect_same_addition(1, n, [&](auto of, View y) { ops::add_column_sums(of(x), y.reshaped({n})); });
    }
}

template <class T>
void expect_sign_of_zero_is_zero() {
  Tensor x = tensor_of({4}, {-2, 0, -0.0, 3}).cast(dtype_of<T>()), y = tensor_of({4}, {1, 1, 1, 1}).cast(dtype_of<T>());
  ops::add_scaled_sign(0.5, x, y);
  EXPECT_EQ(values_of(y), (std::vector<double>{0.5, 1, 1, 1.5}));
}

TEST(AddScaledSign, LeavesWhereTheValueIsZero) {
  expect_sign_of_zero_is_zero<float>();
  expect_sign_of_zero_is_zero<double>();
}

TEST(AddScaledProduct, TakesOneFactorPerColumn) {
  Tensor a = tensor_of({2, 2}, {1, 2, 3, 4}), b = tensor_of({2, 2}, {5, 6, 7, 8}), y = tensor_of({2, 2}, {1, 1, 1, 1});
  ops::add_scaled_product(std::vector<double>{10, 100}, a, b, y);
  EXPECT_EQ(values_of(y), (std::vector<double>{51, 1201, 211, 3201}));
}

TEST(FastSumMicroBatches, AgreesWithTheReferenceOnEveryPart) {
  for (const int64_t micro_batches : {1, 2, 7})
    for (const int64_t first : {0, 1, 16, 37})
      for_each_length([&](int64_t n) {
        Twin all = normal_twin({micro_batches, first + n + 5}, 1), total = normal_twin({n}, 2);
        on_both([&](auto of) { ops::sum_micro_batches(of(all), first, of(total)); });
        EXPECT_LT(total.difference(), kTolerance);
      });
}

/// Three steps over a part that starts off alignment, as threads share out θ.
template <class F>
void expect_same_optimiser(F step) {
  constexpr int64_t kFirst = 3;
  for_each_length([&](int64_t n) {
    Twin w = normal_twin({n + kFirst + 1}, 1), m = zero_twin(w.fast.shape()), v = zero_twin(w.fast.shape());
    for (int64_t t = 1; t <= 3; ++t) {
      Twin gradient = normal_twin({n}, 10 + t);
      const auto part = [&](View view) { return view.part(kFirst, {n}); };
      on_both([&](auto of) { step(t, of(gradient), part(of(w)), part(of(m)), part(of(v))); });
    }
    EXPECT_LT(w.difference(), kTolerance);
    EXPECT_LT(m.difference(), kTolerance);
    EXPECT_LT(v.difference(), kTolerance);
  });
}

TEST(FastAdam, AgreesWithTheReferenceOverSteps) {
  expect_same_optimiser([](int64_t t, ConstView g, View w, View m, View v) {
    ops::adam({1e-2, 0.9, 0.999, 1e-8, t}, g, w, m, v);
  });
}

TEST(FastAdam, AgreesWithTheReferenceWithWeightDecay) {
  expect_same_optimiser([](int64_t t, ConstView g, View w, View m, View v) {
    ops::adam({1e-2, 0.9, 0.999, 1e-8, t, 3.0}, g, w, m, v);
  });
}

TEST(FastSgd, AgreesWithTheReferenceOverSteps) {
  for (const bool nesterov : {false, true})
    expect_same_optimiser([&](int64_t, ConstView g, View w, View m, View) {
      ops::sgd({1e-2, 0.9, nesterov}, g, w, m);
    });
}

TEST(FastRmsprop, AgreesWithTheReferenceOverSteps) {
  expect_same_optimiser([](int64_t, ConstView g, View w, View m, View v) {
    ops::rmsprop({1e-2, 0.9, 1e-8, 0.5}, g, w, v, m);
  });
}

TEST(Adam, MovesByTheRateOnTheFirstStepWhateverTheGradientsSize) {
  Tensor g = tensor_of({3}, {1e-3, -7, 1e5}), w(DType::f64, {3}), m(DType::f64, {3}), v(DType::f64, {3});
  ops::adam({0.1, 0.9, 0.999, 1e-12, 1}, g, w, m, v);
  EXPECT_NEAR(values_of(w)[0], -0.1, 1e-8);
  EXPECT_NEAR(values_of(w)[1], 0.1, 1e-8);
  EXPECT_NEAR(values_of(w)[2], -0.1, 1e-8);
}

TEST(Adam, MatchesItsSecondStepByHand) {
  Tensor w(DType::f64, {1}), m(DType::f64, {1}), v(DType::f64, {1});
  ops::adam({1, 0.5, 0.75, 0.5, 1}, tensor_of({1}, {2}), w, m, v);
  // m = 1, v = 1, m̂ = 2, v̂ = 4
  EXPECT_NEAR(values_of(w)[0], -2 / 2.5, 1e-15);
  ops::adam({1, 0.5, 0.75, 0.5, 2}, tensor_of({1}, {4}), w, m, v);
  // m = 2.5, v = 4.75, m̂ = 2.5/0.75, v̂ = 4.75/0.4375
  EXPECT_NEAR(values_of(w)[0], -2 / 2.5 - (2.5 / 0.75) / (std::sqrt(4.75 / 0.4375) + 0.5), 1e-15);
}

TEST(Adam, StaysPutWithoutAGradient) {
  Tensor g(DType::f32, {20}), w = normals(DType::f32, {20}, 1), m(DType::f32, {20}), v(DType::f32, {20});
  const auto before = values_of(w);
  ops::adam({0.1, 0.9, 0.999, 1e-8, 1}, g, w, m, v);
  EXPECT_EQ(values_of(w), before);
}

TEST(Sgd, AddsMomentumAsAHeavyBall) {
  Tensor w(DType::f64, {1}), b(DType::f64, {1}), g = tensor_of({1}, {1});
  ops::sgd({0.5, 0.5}, g, w, b);
  EXPECT_EQ(values_of(w)[0], -0.5);
  ops::sgd({0.5, 0.5}, g, w, b);
  EXPECT_EQ(values_of(w)[0], -0.5 - 0.5 * 1.5);
}

TEST(Sgd, LooksAheadAsNesterov) {
  Tensor w(DType::f64, {1}), b(DType::f64, {1}), g = tensor_of({1}, {1});
  ops::sgd({0.5, 0.5, true}, g, w, b);
  EXPECT_EQ(values_of(w)[0], -0.5 * 1.5);
  ops::sgd({0.5, 0.5, true}, g, w, b);
  EXPECT_EQ(values_of(w)[0], -0.5 * 1.5 - 0.5 * (1 + 0.5 * 1.5));
}

TEST(Adam, DecaysWeightsApartFromTheGradient) {
  Tensor w = tensor_of({1}, {4}), m(DType::f64, {1}), v(DType::f64, {1}), g(DType::f64, {1});
  ops::adam({0.5, 0.9, 0.999, 1e-8, 1, 0.25}, g, w, m, v);
  EXPECT_EQ(values_of(w)[0], 4 * (1 - 0.125));
  EXPECT_EQ(values_of(m)[0], 0);
}

TEST(Rmsprop, DividesByTheRootOfTheMeanSquare) {
  Tensor w(DType::f64, {1}), v(DType::f64, {1}), b(DType::f64, {1}), g = tensor_of({1}, {4});
  ops::rmsprop({0.5, 0.75, 1, 0.5}, g, w, v, b);  // v = 4, b = 4/3
  EXPECT_NEAR(values_of(w)[0], -0.5 * 4 / 3, 1e-15);
  ops::rmsprop({0.5, 0.75, 1, 0.5}, g, w, v, b);  // v = 7
  EXPECT_NEAR(values_of(w)[0], -0.5 * 4 / 3 - 0.5 * (0.5 * 4 / 3 + 4 / (std::sqrt(7.0) + 1)), 1e-15);
}

TEST(FastDotAndScale, AgreeWithTheReference) {
  for_each_length([](int64_t n) {
    Twin x = normal_twin({n}, 1), y = normal_twin({n}, 2);
    const auto products = scalars([&](auto of) { return ops::dot(of(x), of(y)); });
    EXPECT_NEAR(products.fast, products.exact, kTolerance * static_cast<double>(n));
    on_both([&](auto of) { ops::scale(-0.3, of(x)); });
    EXPECT_LT(x.difference(), kTolerance);
  });
}

TEST(FastRowsBySample, AgreeWithTheReference) {
  for_each_length([](int64_t n) {
    for (const int64_t per_sample : {1, 3}) {
      Twin s = normal_twin({2, n}, 1), a = normal_twin({2 * per_sample, n}, 2), b = normal_twin({2 * per_sample, n}, 3);
      Twin y = normal_twin({2, n}, 4), scaled = normal_twin({2 * per_sample, n}, 5);
      on_both([&](auto of) { ops::scale_rows_by_sample(of(s), of(a), of(scaled)); });
      EXPECT_LT(scaled.difference(), kTolerance);
      on_both([&](auto of) { ops::add_products_by_sample(of(s), of(a), of(b), of(y)); });
      EXPECT_LT(y.difference(), kTolerance);
      on_both([&](auto of) { ops::scale_rows_by_sample(of(s), of(a), of(a)); });
      EXPECT_EQ(values_of(a.fast), values_of(scaled.fast)) << "in place";
    }
  });
}

}  // namespace
}  // namespace hourglass

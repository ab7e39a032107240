#include <gtest/gtest.h>

#include <cmath>

#include "hourglass/tensor/ops.h"
#include "support/numbers.h"

namespace hourglass {
namespace {

constexpr double kTolerance = 1e-5;

void expect_same_bce(Shape shape, bool with_gradient) {
  SCOPED_TRACE(fmt::format("{}, gradient {}", shape.text(), with_gradient));
  Twin z = twin(uniforms(DType::f32, shape, 1, -12, 12)), x = twin(uniforms(DType::f32, shape, 2, 0, 1));
  Twin r = zero_twin(shape), grad = with_gradient ? zero_twin(shape) : Twin{};
  const auto loss = scalars([&](auto of) { return ops::bce_with_logits(of(z), of(x), 0.37, of(r), of(grad)); });
  EXPECT_NEAR(loss.fast, loss.exact, kTolerance * loss.exact);
  EXPECT_LT(r.difference(), kTolerance);
  EXPECT_LT(with_gradient ? grad.difference() : 0, kTolerance);
}

TEST(FastBce, AgreesWithTheReference) {
  for (const int64_t n : kLengths)
    for (const bool with_gradient : {false, true}) {
      expect_same_bce({1, n}, with_gradient);
      expect_same_bce({3, n}, with_gradient);
    }
}

TEST(FastBce, AgreesWithTheReferenceWhenNearlyRight) {
  // Small terms, ln(1 + exp(−z)) with z of 8 to 16, are where a product of many factors could lose them.
  Shape shape{64, 784};
  Twin z = twin(uniforms(DType::f32, shape, 1, 8, 16)), x = twin(uniforms(DType::f32, shape, 2, 1, 1));
  Twin r = zero_twin(shape);
  const auto loss = scalars([&](auto of) { return ops::bce_with_logits(of(z), of(x), 1, of(r), {}); });
  EXPECT_NEAR(loss.fast, loss.exact, 1e-3 * loss.exact);
}

template <class T>
void expect_right_far_out() {
  struct Far {
    double z, x, loss, r;
  };
  for (const Far& f : std::vector<Far>{{100, 1, 0, 1},
                                       {100, 0, 100, 1},
                                       {-100, 0, 0, 0},
                                       {-100, 1, 100, 0},
                                       {1e4, 1, 0, 1},
                                       {1e4, 0, 1e4, 1},
                                       {-1e4, 0, 0, 0},
                                       {-1e4, 1, 1e4, 0},
                                       {100, 0.5, 50, 1},
                                       {-1e4, 0.25, 2500, 0}}) {
    SCOPED_TRACE(fmt::format("z {}, x {}", f.z, f.x));
    // Nine of each: a whole vector and a tail.
    Tensor z = tensor_of({1, 9}, std::vector<double>(9, f.z)).cast(dtype_of<T>());
    Tensor x = tensor_of({1, 9}, std::vector<double>(9, f.x)).cast(dtype_of<T>());
    Tensor r(dtype_of<T>(), {1, 9}), grad(dtype_of<T>(), {1, 9});
    EXPECT_NEAR(ops::bce_with_logits(z, x, 2, r, grad), 9 * f.loss, 1e-6 * f.loss + 1e-30);
    for (const double v : values_of(r)) EXPECT_NEAR(v, f.r, 1e-30);
    for (const double v : values_of(grad)) EXPECT_NEAR(v, 2 * (f.r - f.x), 1e-6);
  }
}

template <class T>
void expect_invalid_stays() {
  Tensor z = tensor_of({1, 9}, std::vector<double>(9, NAN)).cast(dtype_of<T>()), x(dtype_of<T>(), {1, 9});
  Tensor r(dtype_of<T>(), {1, 9}), grad(dtype_of<T>(), {1, 9});
  EXPECT_TRUE(std::isnan(ops::bce_with_logits(z, x, 2, r, grad)));
  for (const Tensor* t : {&r, &grad})
    for (const double v : values_of(*t)) EXPECT_TRUE(std::isnan(v));
}

TEST(Bce, OfAnInvalidNumberIsInvalid) {
  expect_invalid_stays<float>();
  expect_invalid_stays<double>();
}

TEST(Bce, IsFiniteAndRightFarOut) {
  expect_right_far_out<float>();
  expect_right_far_out<double>();
}

TEST(Bce, MatchesItsDefinition) {
  Tensor z = tensor_of({1, 2}, {0, std::log(3)}), x = tensor_of({1, 2}, {0.25, 1}), r(DType::f64, {1, 2});
  Tensor grad(DType::f64, {1, 2});
  EXPECT_NEAR(ops::bce_with_logits(z, x, 1, r, grad), std::log(2) - std::log(0.75), 1e-15);
  EXPECT_NEAR(values_of(r)[1], 0.75, 1e-15);
  EXPECT_NEAR(values_of(grad)[0], 0.25, 1e-15);
  EXPECT_NEAR(values_of(grad)[1], -0.25, 1e-15);
}

TEST(FastSquaredError, AgreesWithTheReference) {
  for (const int64_t n : kLengths)
    for (const bool with_gradient : {false, true}) {
      SCOPED_TRACE(n);
      Twin r = normal_twin({3, n}, 1), x = normal_twin({3, n}, 2), grad = with_gradient ? zero_twin({3, n}) : Twin{};
      const auto loss = scalars([&](auto of) { return ops::squared_error(of(r), of(x), 0.37, of(grad)); });
      EXPECT_NEAR(loss.fast, loss.exact, kTolerance * loss.exact);
      EXPECT_LT(with_gradient ? grad.difference() : 0, kTolerance);
    }
}

TEST(SquaredError, MatchesItsDefinition) {
  Tensor r = tensor_of({1, 3}, {1, 2, 3}), x = tensor_of({1, 3}, {0, 4, 3}), grad(DType::f64, {1, 3});
  EXPECT_EQ(ops::squared_error(r, x, 0.5, grad), 5);
  EXPECT_EQ(values_of(grad), (std::vector<double>{1, -2, 0}));
}

std::vector<int32_t> some_classes(int64_t rows, int64_t columns) {
  std::vector<int32_t> classes;
  for (int64_t n = 0; n < rows; ++n) classes.push_back(static_cast<int32_t>(7 * n % columns));
  return classes;
}

TEST(FastCrossEntropy, AgreesWithTheReference) {
  for (const int64_t n : kLengths)
    for (const bool with_gradient : {false, true}) {
      SCOPED_TRACE(n);
      const Shape shape{5, n};
      Twin z = twin(uniforms(DType::f32, shape, 1, -12, 12)), grad = with_gradient ? zero_twin(shape) : Twin{};
      const auto classes = some_classes(5, n);
      const auto loss = scalars([&](auto of) { return ops::cross_entropy(of(z), classes, 0.37, of(grad)); });
      EXPECT_NEAR(loss.fast, loss.exact, kTolerance * loss.exact);
      EXPECT_LT(with_gradient && n > 1 ? grad.difference() : 0, kTolerance);
    }
}

TEST(FastCrossEntropy, PutsTheGradientInTheScoresPlace) {
  Twin z = normal_twin({5, 10}, 1), grad = zero_twin({5, 10});
  on_both([&](auto of) { return ops::cross_entropy(of(z), some_classes(5, 10), 0.5, of(grad)); });
  on_both([&](auto of) { return ops::cross_entropy(of(z), some_classes(5, 10), 0.5, of(z)); });
  EXPECT_EQ(values_of(z.fast), values_of(grad.fast));
  EXPECT_EQ(values_of(z.exact), values_of(grad.exact));
}

template <class T>
void expect_cross_entropy(std::vector<double> scores, int32_t of, double loss, const std::vector<double>& gradient) {
  const Shape shape{1, static_cast<int64_t>(scores.size())};
  Tensor z = tensor_of(shape, scores).cast(dtype_of<T>()), grad(dtype_of<T>(), shape);
  const std::vector<int32_t> classes = {of};
  EXPECT_NEAR(ops::cross_entropy(z, classes, 2, grad), loss, 1e-6 * loss + 1e-30);
  for (size_t j = 0; j < gradient.size(); ++j) EXPECT_NEAR(values_of(grad)[j], gradient[j], 1e-6);
}

template <class T>
void expect_cross_entropies() {
  expect_cross_entropy<T>({0, std::log(3)}, 1, -std::log(0.75), {0.5, -0.5});
  expect_cross_entropy<T>({5, 5, 5, 5}, 2, std::log(4), {0.5, 0.5, -1.5, 0.5});
  expect_cross_entropy<T>({1e4, -1e4, 0}, 0, 0, {0, 0, 0});
  expect_cross_entropy<T>({1e4, -1e4, 0}, 1, 2e4, {2, -2, 0});
}

TEST(CrossEntropy, MatchesItsDefinitionFarOutToo) {
  expect_cross_entropies<float>();
  expect_cross_entropies<double>();
}

}  // namespace
}  // namespace hourglass

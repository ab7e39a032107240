#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "hourglass/tensor/ops.h"
#include "support/numbers.h"

namespace hourglass {
namespace {

Activation topk(int64_t k) { return {Activation::Kind::topk, static_cast<double>(k)}; }

std::vector<double> row_of(const Activation& s, std::vector<float> z) {
  const Shape shape{1, static_cast<int64_t>(z.size())};
  const View in(reinterpret_cast<std::byte*>(z.data()), DType::f32, shape);
  Tensor a(DType::f32, shape);
  ops::activate(s, in, a);
  return values_of(a);
}

TEST(TopK, PassesTheLargestWhateverTheirSign) {
  EXPECT_EQ(row_of(topk(2), {3, -1, 5, 4}), (std::vector<double>{0, 0, 5, 4}));
  EXPECT_EQ(row_of(topk(3), {-3, -1, -5, -4}), (std::vector<double>{-3, -1, 0, -4}));
  EXPECT_EQ(row_of(topk(4), {3, -1, 5, 4}), (std::vector<double>{3, -1, 5, 4}));
}

TEST(TopK, LetsTheEarlierOfEqualsPass) {
  EXPECT_EQ(row_of(topk(2), {1, 2, 2, 2}), (std::vector<double>{0, 2, 2, 0}));
  EXPECT_EQ(row_of(topk(3), {1, 2, 1, 1, 2}), (std::vector<double>{1, 2, 0, 0, 2}));
}

TEST(TopK, PutsAnInvalidNumberFirstInsteadOfLosingIt) {
  for (const float nan : {std::numeric_limits<float>::quiet_NaN(), -std::numeric_limits<float>::quiet_NaN()}) {
    const auto a = row_of(topk(1), {1, nan, 2});
    EXPECT_TRUE(std::isnan(a[1]));
    EXPECT_EQ(a[2], 0);
  }
}

TEST(TopK, TreatsInvalidNumbersLikeTheReference) {
  Tensor z(DType::f32, {1, 6});
  const float nan = std::numeric_limits<float>::quiet_NaN();
  std::ranges::copy(std::vector<float>{3, nan, 1, nan, 0, 5}, z.as<float>());
  for (const int64_t k : {1, 2, 3, 4, 6}) {
    Tensor exact_z = z.cast(DType::f64), fast(DType::f32, {1, 6}), exact(DType::f64, {1, 6});
    ops::activate(topk(k), z, fast);
    ops::activate(topk(k), exact_z, exact);
    for (int64_t i = 0; i < 6; ++i) {
      const double x = fast.as<float>()[i], y = exact.as<double>()[i];
      EXPECT_TRUE(x == y || (std::isnan(x) && std::isnan(y))) << "k " << k << ", unit " << i;
    }
  }
}

/// Rows of `units` values; with `levels`, only that many different ones, zero among them.
Twin rows_of(int64_t units, int levels) {
  Twin z = normal_twin({9, units}, static_cast<uint64_t>(units));
  if (levels == 0) return z;
  Tensor few(DType::f32, z.fast.shape());
  for (int64_t i = 0; i < few.size(); ++i)
    few.as<float>()[i] = std::round(std::fmod(std::abs(z.fast.as<float>()[i]) * 100, static_cast<float>(levels))) - 1;
  return twin(std::move(few));
}

TEST(TopK, AgreesWithTheReferenceAlsoWhereValuesRepeat) {
  for (const int64_t units : {1, 2, 7, 64, 333})
    for (const int levels : {0, 3})
      for (const int64_t k : {int64_t{1}, units / 3, units - 1, units}) {
        if (k < 1) continue;
        SCOPED_TRACE(fmt::format("{} units, {} levels, k {}", units, levels, k));
        Twin z = rows_of(units, levels), a = zero_twin(z.fast.shape()), first = zero_twin(z.fast.shape());
        Twin second = normal_twin(z.fast.shape(), 2), grad_a = normal_twin(z.fast.shape(), 3);
        on_both([&](auto of) { ops::activate(topk(k), of(z), of(a)); });
        on_both([&](auto of) { ops::activation_derivatives(topk(k), of(z), of(a), of(first), of(second)); });
        on_both([&](auto of) { ops::activate_backward(topk(k), of(z), of(a), of(grad_a), of(grad_a)); });
        EXPECT_EQ(a.difference(), 0);
        EXPECT_EQ(first.difference(), 0);
        EXPECT_EQ(second.difference(), 0);
        EXPECT_LT(grad_a.difference(), 1e-6);
        double selected = 0;
        for (const double x : values_of(first.fast)) selected += x;
        EXPECT_EQ(selected, static_cast<double>(9 * k));
      }
}

}  // namespace
}  // namespace hourglass

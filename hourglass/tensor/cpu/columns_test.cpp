#include <gtest/gtest.h>

#include "hourglass/tensor/ops.h"
#include "support/numbers.h"

namespace hourglass {
namespace {

constexpr double kTolerance = 1e-5;

/// f(rows, columns) around the widths of vector registers, narrow and wide.
template <class F>
void for_each_size(F f) {
  for (const int64_t columns : kLengths)
    for (const int64_t rows : {1, 3, 70}) {
      SCOPED_TRACE(testing::Message() << rows << " × " << columns);
      f(rows, columns);
    }
}

std::vector<double> list(int64_t n, uint64_t seed) { return values_of(normals(DType::f64, {n}, seed)); }

TEST(Columns, HaveTheDotProductsOfTheReference) {
  for_each_size([](int64_t rows, int64_t n) {
    Twin a = normal_twin({rows, n}, 1), b = normal_twin({rows, n}, 2);
    std::vector<double> fast(n), exact(n);
    ops::column_dots(a.fast, b.fast, fast);
    ops::column_dots(a.exact, b.exact, exact);
    for (int64_t j = 0; j < n; ++j) EXPECT_NEAR(fast[j], exact[j], 1e-12 * static_cast<double>(rows));
  });
}

TEST(Columns, AreMappedAsByTheReference) {
  for_each_size([](int64_t rows, int64_t n) {
    const auto shift = list(n, 3), factor = list(n, 4), shift_b = list(n, 5), factor_b = list(n, 6),
               offset = list(n, 7);
    const ops::ColumnAffine all{shift, factor, shift_b, factor_b, offset};
    Twin a = normal_twin({rows, n}, 1), b = normal_twin({rows, n}, 2), y = zero_twin({rows, n});
    on_both([&](auto of) { ops::affine_columns(all, of(a), of(b), of(y)); });
    EXPECT_LT(y.difference(), kTolerance);
    on_both([&](auto of) { ops::affine_columns({.factor = factor}, of(a), {}, of(y)); });
    EXPECT_LT(y.difference(), kTolerance);
    on_both([&](auto of) { ops::affine_columns({.shift = shift, .offset = offset}, of(a), {}, of(a)); });
    EXPECT_LT(a.difference(), kTolerance) << "in place";
  });
}

/// A shift is rounded to single precision; the offset makes up for it.
TEST(Columns, LoseNoDigitsToALargeShift) {
  const std::vector<double> shift = {1e4 + 1e-4}, factor = {1e3};
  Tensor x(DType::f32, {1, 1}), y(DType::f32, {1, 1});
  x.as<float>()[0] = 1e4f;
  ops::affine_columns({.shift = shift, .factor = factor}, x, {}, y);
  EXPECT_NEAR(y.as<float>()[0], -0.1, 1e-6);
}

TEST(Columns, AreScaledBySignAsByTheReference) {
  for_each_size([](int64_t rows, int64_t n) {
    const auto negative = list(n, 3);
    Twin z = normal_twin({rows, n}, 1), x = normal_twin({rows, n}, 2), y = zero_twin({rows, n});
    on_both([&](auto of) { ops::scale_by_sign(of(z), 2, negative, of(x), of(y)); });
    EXPECT_LT(y.difference(), kTolerance);
  });
}

TEST(Groups, AreNormalisedAsByTheReference) {
  for (const ops::GroupLayout& g :
       {ops::GroupLayout{1, 784, 1}, {1, 24, 4}, {1, 34, 2}, {9, 8, 2}, {49, 6, 1}, {5, 6, 6}}) {
    SCOPED_TRACE(testing::Message() << g.positions << " × " << g.channels << " in " << g.groups);
    Twin x = normal_twin({3, g.row()}, 1), y = zero_twin({3, g.row()}), inverse = zero_twin({3, g.groups});
    on_both([&](auto of) { ops::normalise_groups(g, 1e-5, of(x), of(y), of(inverse)); });
    EXPECT_LT(y.difference(), kTolerance);
    EXPECT_LT(inverse.difference(), kTolerance);
    Twin a = normal_twin({6, g.row()}, 2), b = normal_twin({6, g.row()}, 3), out = zero_twin({6, g.row()});
    on_both([&](auto of) { ops::project_groups(g, of(y), of(inverse), of(a), of(out)); });
    EXPECT_LT(out.difference(), kTolerance);
    Twin grad = normal_twin({3, g.row()}, 4);
    on_both([&](auto of) { ops::project_groups_backward(g, of(y), of(inverse), of(a), of(b), of(grad)); });
    EXPECT_LT(grad.difference(), kTolerance);
    on_both([&](auto of) { ops::project_groups(g, of(y), of(inverse), of(a), of(a)); });
    EXPECT_LT(a.difference(), kTolerance) << "in place";
  }
}

}  // namespace
}  // namespace hourglass

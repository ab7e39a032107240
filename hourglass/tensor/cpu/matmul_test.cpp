#include <gtest/gtest.h>

#include "hourglass/tensor/ops.h"
#include "support/numbers.h"

namespace hourglass {
namespace {

using ops::Transpose;
using ops::Write;

constexpr double kTolerance = 1e-5;

struct Product {
  int64_t m, n, k;
};

Shape operand(Transpose t, int64_t rows, int64_t columns) {
  return t == Transpose::yes ? Shape{columns, rows} : Shape{rows, columns};
}

void expect_same_product(const Product& p, Transpose ta, Transpose tb, Write write, bool with_bias) {
  SCOPED_TRACE(fmt::format("{} × {} × {}, transposed {} {}, accumulate {}, bias {}", p.m, p.n, p.k,
                           ta == Transpose::yes, tb == Transpose::yes, write == Write::accumulate, with_bias));
  // A mean beside zero keeps a result of few elements from cancelling to nothing.
  Twin a = twin(uniforms(DType::f32, operand(ta, p.m, p.k), 1, -1, 2));
  Twin b = twin(uniforms(DType::f32, operand(tb, p.k, p.n), 2, -1, 2));
  Twin c = normal_twin({p.m, p.n}, 3);
  Twin bias = with_bias ? normal_twin({p.n}, 4) : Twin{};
  on_both([&](auto of) { ops::matmul(of(a), ta, of(b), tb, of(c), write, of(bias)); });
  EXPECT_LT(c.difference(), kTolerance);
}

void expect_same_in_every_form(const Product& p) {
  for (const Transpose ta : {Transpose::no, Transpose::yes})
    for (const Transpose tb : {Transpose::no, Transpose::yes})
      for (const Write write : {Write::assign, Write::accumulate})
        for (const bool with_bias : {false, true}) expect_same_product(p, ta, tb, write, with_bias);
}

TEST(FastMatmul, AgreesWithTheReferenceForOneRowOrColumn) {
  for (const int64_t length : {1, 2, 17, 65}) {
    expect_same_in_every_form({1, 1, length});
    expect_same_in_every_form({1, length, 1});
    expect_same_in_every_form({length, 1, 1});
    expect_same_in_every_form({1, length, 33});
    expect_same_in_every_form({length, 1, 33});
  }
}

TEST(FastMatmul, AgreesWithTheReferenceAroundVectorWidths) {
  for (const int64_t n : {3, 15, 16, 17, 31, 33, 64, 65}) expect_same_in_every_form({5, n, 7});
  for (const int64_t k : {3, 15, 16, 17, 31, 33, 64, 65}) expect_same_in_every_form({5, 7, k});
  for (const int64_t m : {3, 15, 16, 17, 31, 33, 64, 65}) expect_same_in_every_form({m, 6, 7});
}

TEST(FastMatmul, AgreesWithTheReferenceForFewRows) {
  for (const int64_t m : {2, 3, 4, 5}) expect_same_in_every_form({m, 30, 784});
}

TEST(FastMatmul, AgreesWithTheReferenceForTheSizesOfARealNetwork) {
  expect_same_in_every_form({32, 128, 784});
  expect_same_in_every_form({33, 784, 31});
}

TEST(FastMatmul, MultipliesSomeColumnsOfATransposedMatrix) {
  for (const auto& [columns, first, m] : {std::tuple{1, 0, 1}, {17, 3, 5}, {64, 32, 32}, {100, 99, 1}, {40, 0, 40}})
    for (const Write write : {Write::assign, Write::accumulate}) {
      SCOPED_TRACE(fmt::format("columns {} to {} of {}", first, first + m, columns));
      Twin a = normal_twin({33, columns}, 1), b = normal_twin({33, 19}, 2), c = normal_twin({m, 19}, 3);
      on_both([&, first = first](auto of) { ops::matmul_columns(of(a), first, of(b), of(c), write); });
      EXPECT_LT(c.difference(), kTolerance);
    }
}

TEST(ReferenceMatmul, GivesForSomeColumnsThoseRowsOfTheWholeProduct) {
  Tensor a = normals(DType::f64, {6, 9}, 1), b = normals(DType::f64, {6, 4}, 2);
  Tensor whole(DType::f64, {9, 4}), part(DType::f64, {3, 4});
  ops::matmul(a, Transpose::yes, b, Transpose::no, whole);
  ops::matmul_columns(a, 5, b, part, Write::assign);
  const auto all = values_of(whole);
  EXPECT_EQ(values_of(part), std::vector<double>(all.begin() + 20, all.begin() + 32));
}

TEST(FastMatmul, AddsToWhatIsThereOnlyWhenAskedTo) {
  Tensor a = normals(DType::f32, {2, 3}, 1), b = normals(DType::f32, {3, 4}, 2);
  Tensor fresh(DType::f32, {2, 4}), dirty = normals(DType::f32, {2, 4}, 3);
  ops::matmul(a, Transpose::no, b, Transpose::no, fresh);
  ops::matmul(a, Transpose::no, b, Transpose::no, dirty);
  EXPECT_EQ(values_of(dirty), values_of(fresh));
}

TEST(FastMatmul, GivesTheSameBitsEveryTime) {
  Tensor a = normals(DType::f32, {8, 50}, 1), b = normals(DType::f32, {20, 50}, 2);
  Tensor once(DType::f32, {8, 20}), again(DType::f32, {8, 20});
  ops::matmul(a, Transpose::no, b, Transpose::yes, once);
  ops::matmul(a, Transpose::no, b, Transpose::yes, again);
  EXPECT_EQ(values_of(again), values_of(once));
}

TEST(ReferenceMatmul, MatchesAProductByHand) {
  Tensor a = tensor_of({2, 3}, {1, 2, 3, 4, 5, 6}), b = tensor_of({3, 2}, {7, 8, 9, 10, 11, 12});
  Tensor bias = tensor_of({2}, {100, 200}), c = tensor_of({2, 2}, {1, 1, 1, 1});
  ops::matmul(a, Transpose::no, b, Transpose::no, c, Write::accumulate, bias);
  EXPECT_EQ(values_of(c), (std::vector<double>{159, 265, 240, 355}));
  Tensor at = tensor_of({3, 2}, {1, 4, 2, 5, 3, 6}), bt = tensor_of({2, 3}, {7, 9, 11, 8, 10, 12});
  ops::matmul(at, Transpose::yes, bt, Transpose::yes, c);
  EXPECT_EQ(values_of(c), (std::vector<double>{58, 64, 139, 154}));
}

TEST(MatmulDeathTest, StopsAtShapesThatDoNotMeet) {
  Tensor a(DType::f32, {2, 3}), b(DType::f32, {4, 5}), c(DType::f32, {2, 5}), bias(DType::f32, {4});
  Tensor fitting(DType::f32, {3, 5});
  EXPECT_DEATH(ops::matmul(a, Transpose::no, b, Transpose::no, c), "b.rows");
  EXPECT_DEATH(ops::matmul(a, Transpose::no, fitting, Transpose::no, c, Write::assign, bias), "bias.size");
}

}  // namespace
}  // namespace hourglass

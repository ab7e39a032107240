#include "hourglass/eval/row_moments.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "support/numbers.h"

namespace hourglass {
namespace {

/// By the definition, in two passes over all rows.
double plain_scatter(const std::vector<double>& x, int64_t columns) {
  const auto rows = static_cast<int64_t>(x.size()) / columns;
  double scatter = 0;
  for (int64_t j = 0; j < columns; ++j) {
    double mean = 0;
    for (int64_t i = 0; i < rows; ++i) mean += x[i * columns + j] / static_cast<double>(rows);
    for (int64_t i = 0; i < rows; ++i) scatter += (x[i * columns + j] - mean) * (x[i * columns + j] - mean);
  }
  return scatter;
}

RowMoments in_parts(const Tensor& x, int64_t height) {
  RowMoments total;
  for (int64_t first = 0; first < x.rows(); first += height)
    total.add(row_moments(x.view().slice(first, std::min(height, x.rows() - first))));
  return total;
}

RC_GTEST_PROP(RowMoments, IsTheSameInPartsOfAnyHeight, ()) {
  const auto rows = *rc::gen::inRange<int64_t>(1, 40), height = *rc::gen::inRange<int64_t>(1, 45);
  const Tensor x = normals(DType::f64, {rows, 3}, *rc::gen::arbitrary<uint32_t>());
  const RowMoments parts = in_parts(x, height), whole = row_moments(x);
  RC_ASSERT(parts.rows == rows);
  RC_ASSERT(std::abs(parts.scatter - whole.scatter) <= 1e-13 * (1 + whole.scatter));
  RC_ASSERT(std::abs(whole.scatter - plain_scatter(values_of(x), 3)) <= 1e-13 * (1 + whole.scatter));
  for (size_t j = 0; j < 3; ++j) RC_ASSERT(std::abs(parts.mean[j] - whole.mean[j]) <= 1e-14);
}

/// Σx² − (Σx)²/n would have no correct digit here.
TEST(RowMoments, StaysExactFarFromZero) {
  const Tensor near = tensor_of({4, 1}, {0, 1, 2, 5}), far = tensor_of({4, 1}, {1e9, 1e9 + 1, 1e9 + 2, 1e9 + 5});
  for (const int64_t height : {1, 2, 3, 4}) {
    EXPECT_NEAR(in_parts(near, height).scatter, 14, 1e-13);
    EXPECT_NEAR(in_parts(far, height).scatter, 14, 1e-6);
  }
}

TEST(RowMoments, TakesFloats) {
  const Tensor x = tensor_of({2, 2}, {1, 10, 3, 10});
  const RowMoments s = row_moments(x.cast(DType::f32));
  EXPECT_EQ(s.mean, (std::vector<double>{2, 10}));
  EXPECT_EQ(s.scatter, 2);
}

}  // namespace
}  // namespace hourglass

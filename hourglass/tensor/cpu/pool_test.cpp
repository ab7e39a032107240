#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "hourglass/tensor/ops.h"
#include "support/numbers.h"

namespace hourglass {
namespace {

using ops::ConvGeometry;

ConvGeometry windows(int64_t channels, int64_t height, int64_t width, int64_t window, int64_t stride, int64_t padding) {
  const auto side = [&](int64_t in) { return (in + 2 * padding - window) / stride + 1; };
  return {channels, height, width, channels, side(height), side(width), window, stride, padding};
}

std::vector<ConvGeometry> geometries() {
  return {
      windows(1, 8, 6, 2, 2, 0), windows(3, 9, 9, 2, 2, 0),  windows(17, 7, 5, 3, 1, 0),
      windows(2, 6, 7, 3, 2, 1), windows(32, 8, 8, 2, 2, 0), windows(2, 7, 7, 4, 3, 2),
      windows(3, 4, 4, 2, 1, 1), windows(1, 1, 1, 1, 1, 0),  windows(2, 10, 9, 2, 5, 0),
  };
}

/// Pools `in` and propagates `grad_out` back on both backends, which must agree exactly.
void expect_same_pooling(const ConvGeometry& g, Twin& in) {
  const int64_t rows = in.fast.rows();
  Twin out = normal_twin({rows, g.out_size()}, 2), grad_in = normal_twin({rows, g.in_size()}, 3);
  Twin grad_out = normal_twin({rows, g.out_size()}, 4);
  on_both([&](auto of) { ops::max_pool2d(g, of(in), of(out)); });
  EXPECT_EQ(values_of(out.fast), values_of(out.exact));
  on_both([&](auto of) { ops::max_pool2d_backward(g, of(in), of(grad_out), of(grad_in)); });
  EXPECT_LT(grad_in.difference(), 1e-6);
}

TEST(FastMaxPool2d, AgreesWithTheReference) {
  for (const ConvGeometry& g : geometries())
    for (const int64_t rows : {1, 3}) {
      Twin in = normal_twin({rows, g.in_size()}, 1);
      expect_same_pooling(g, in);
    }
}

TEST(FastMaxPool2d, AgreesWithTheReferenceOnTiesAndNegatives) {
  for (const ConvGeometry& g : geometries()) {
    Twin in = normal_twin({2, g.in_size()}, 1);
    // Values in {−2, −1}: every window has ties, and zero padding would win.
    std::for_each_n(in.fast.as<float>(), in.fast.size(), [](float& v) { v = v > 0 ? -1.0f : -2.0f; });
    in = twin(std::move(in.fast));
    expect_same_pooling(g, in);
  }
}

template <class T>
void expect_first_wins() {
  constexpr DType dtype = dtype_of<T>();
  const ConvGeometry g = windows(1, 2, 4, 2, 2, 0);
  Tensor in = tensor_of({1, 8}, {1, 3, -5, -5, 3, 3, -5, -5}).cast(dtype),
         grad_out = tensor_of({1, 2}, {10, 20}).cast(dtype);
  Tensor out(dtype, {1, 2}), grad_in(dtype, {1, 8});
  ops::max_pool2d(g, in, out);
  ops::max_pool2d_backward(g, in, grad_out, grad_in);
  EXPECT_EQ(values_of(out), (std::vector<double>{3, -5}));
  EXPECT_EQ(values_of(grad_in), (std::vector<double>{0, 10, 20, 0, 0, 0, 0, 0}));
}

TEST(MaxPool2d, GivesATieToTheFirstInRowOrder) {
  expect_first_wins<float>();
  expect_first_wins<double>();
}

template <class T>
void expect_invalid_wins() {
  const ConvGeometry g = windows(1, 2, 4, 2, 2, 0);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  Tensor in = tensor_of({1, 8}, {1, nan, nan, nan, 3, 3, nan, nan}).cast(dtype_of<T>()), out(dtype_of<T>(), {1, 2});
  Tensor grad_out = tensor_of({1, 2}, {10, 20}).cast(dtype_of<T>()), grad_in(dtype_of<T>(), {1, 8});
  ops::max_pool2d(g, in, out);
  ops::max_pool2d_backward(g, in, grad_out, grad_in);
  for (const double v : values_of(out)) EXPECT_TRUE(std::isnan(v));
  EXPECT_EQ(values_of(grad_in), (std::vector<double>{0, 10, 20, 0, 0, 0, 0, 0}));
}

TEST(MaxPool2d, LosesNoInvalidNumber) {
  expect_invalid_wins<float>();
  expect_invalid_wins<double>();
}

TEST(MaxPool2d, AddsTheGradientsOfOverlappingWindows) {
  const ConvGeometry g = windows(1, 3, 3, 2, 1, 0);
  Tensor in = tensor_of({1, 9}, {0, 0, 0, 0, 9, 0, 0, 0, 0}), grad_out = tensor_of({1, 4}, {1, 2, 3, 4});
  Tensor grad_in(DType::f64, {1, 9});
  ops::max_pool2d_backward(g, in, grad_out, grad_in);
  EXPECT_EQ(values_of(grad_in), (std::vector<double>{0, 0, 0, 0, 10, 0, 0, 0, 0}));
}

TEST(Upsample2d, AgreesWithTheReferenceAndItsTransposeIsSumPool2d) {
  for (const ConvGeometry& g : {windows(1, 4, 6, 2, 2, 0), windows(17, 6, 9, 3, 3, 0), windows(3, 2, 5, 1, 1, 0)}) {
    Twin small = normal_twin({2, g.out_size()}, 1), big = normal_twin({2, g.in_size()}, 2);
    Twin upsampled = zero_twin({2, g.in_size()}), summed = zero_twin({2, g.out_size()});
    on_both([&](auto of) { ops::upsample2d(g, of(small), of(upsampled)); });
    EXPECT_EQ(values_of(upsampled.fast), values_of(upsampled.exact));
    on_both([&](auto of) { ops::sum_pool2d(g, of(big), of(summed)); });
    EXPECT_LT(summed.difference(), 1e-6);
    EXPECT_NEAR(ops::dot(upsampled.exact, big.exact), ops::dot(small.exact, summed.exact), 1e-9);
  }
}

TEST(Upsample2d, RepeatsEveryPixelOfEveryChannel) {
  Tensor in = tensor_of({1, 4}, {1, 10, 2, 20}), out(DType::f64, {1, 16});
  ops::upsample2d(windows(2, 2, 4, 2, 2, 0), in, out);
  EXPECT_EQ(values_of(out), (std::vector<double>{1, 10, 1, 10, 2, 20, 2, 20, 1, 10, 1, 10, 2, 20, 2, 20}));
}

/// Windows that overlap, leave pixels out or reach beyond the image.
TEST(SumPool2d, AgreesWithTheReferenceAndItsTransposeIsUpsample2d) {
  std::vector<ConvGeometry> all = geometries();
  all.push_back({3, 1, 11, 3, 1, 5, {1, 3}, {1, 2}, {0, 1}});
  for (const ConvGeometry& g : all) {
    Twin big = normal_twin({3, g.in_size()}, 1), small = normal_twin({3, g.out_size()}, 2);
    Twin summed = zero_twin({3, g.out_size()}), spread = normal_twin({3, g.in_size()}, 3);
    on_both([&](auto of) { ops::sum_pool2d(g, of(big), of(summed)); });
    EXPECT_LT(summed.difference(), 1e-6);
    on_both([&](auto of) { ops::upsample2d(g, of(small), of(spread)); });
    EXPECT_LT(spread.difference(), 1e-6);
    EXPECT_NEAR(ops::dot(spread.exact, big.exact), ops::dot(small.exact, summed.exact), 1e-9);
  }
}

TEST(Interpolate2d, AgreesWithTheReferenceAndWithItsTranspose) {
  std::vector<ConvGeometry> all = {windows(1, 4, 6, 2, 2, 0), windows(17, 6, 9, 3, 3, 0), windows(3, 2, 5, 1, 1, 0),
                                   windows(2, 5, 5, 5, 5, 0)};
  all.push_back({3, 1, 12, 3, 1, 3, {1, 4}, {1, 4}, 0});
  for (const ConvGeometry& g : all) {
    Twin small = normal_twin({2, g.out_size()}, 1), big = normal_twin({2, g.in_size()}, 2);
    Twin enlarged = normal_twin({2, g.in_size()}, 3), reduced = normal_twin({2, g.out_size()}, 4);
    on_both([&](auto of) { ops::interpolate2d(g, of(small), of(enlarged)); });
    EXPECT_LT(enlarged.difference(), 1e-6);
    on_both([&](auto of) { ops::interpolate2d_transposed(g, of(big), of(reduced)); });
    EXPECT_LT(reduced.difference(), 1e-6);
    EXPECT_NEAR(ops::dot(enlarged.exact, big.exact), ops::dot(small.exact, reduced.exact), 1e-9);
  }
}

TEST(SwapAxes, AgreesWithTheReferenceAndComesBack) {
  for (const auto& sizes : {std::pair<int64_t, int64_t>{1, 5}, {5, 1}, {3, 16}, {17, 31}, {64, 65}}) {
    const int64_t a = sizes.first, b = sizes.second;
    Twin in = normal_twin({3, a * b}, 1), out = zero_twin({3, a * b}), back = zero_twin({3, a * b});
    on_both([&](auto of) { ops::swap_axes(of(in), a, b, of(out)); });
    EXPECT_EQ(values_of(out.fast), values_of(out.exact));
    on_both([&](auto of) { ops::swap_axes(of(out), b, a, of(back)); });
    EXPECT_EQ(values_of(back.fast), values_of(in.fast));
  }
}

TEST(SwapAxes, PutsChannelsBeforePixels) {
  Tensor in = tensor_of({2, 6}, {1, 10, 2, 20, 3, 30, 4, 40, 5, 50, 6, 60}), out(DType::f64, {2, 6});
  ops::swap_axes(in, 3, 2, out);
  EXPECT_EQ(values_of(out), (std::vector<double>{1, 2, 3, 10, 20, 30, 4, 5, 6, 40, 50, 60}));
}

/// Three rows a sample, as the rows of a Jacobian come; the two directions are each other's transpose.
TEST(FastMaxPool2d, GathersSeveralRowsPerSampleLikeTheReference) {
  for (const ConvGeometry& g : geometries()) {
    Twin in = normal_twin({2, g.in_size()}, 1), v = normal_twin({6, g.in_size()}, 2),
         u = normal_twin({6, g.out_size()}, 3);
    Twin selected = zero_twin({6, g.out_size()}), sent_back = zero_twin({6, g.in_size()});
    on_both([&](auto of) { ops::max_pool2d_select(g, of(in), of(v), of(selected)); });
    EXPECT_EQ(values_of(selected.fast), values_of(selected.exact));
    on_both([&](auto of) { ops::max_pool2d_backward(g, of(in), of(u), of(sent_back)); });
    EXPECT_LT(sent_back.difference(), 1e-6);
    EXPECT_NEAR(ops::dot(selected.exact, u.exact), ops::dot(v.exact, sent_back.exact), 1e-9);
  }
}

}  // namespace
}  // namespace hourglass

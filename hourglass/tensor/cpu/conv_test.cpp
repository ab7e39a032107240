#include <gtest/gtest.h>

#include <random>

#include "hourglass/tensor/ops.h"
#include "support/numbers.h"

namespace hourglass {
namespace {

using ops::ConvGeometry;

constexpr double kTolerance = 1e-5;

ConvGeometry geometry(int64_t in_channels, int64_t height, int64_t width, int64_t out_channels, int64_t kernel,
                      int64_t stride, int64_t padding) {
  const auto side = [&](int64_t in) { return (in + 2 * padding - kernel) / stride + 1; };
  return {in_channels, height, width, out_channels, side(height), side(width), kernel, stride, padding};
}

/// Square and oblong, odd and even, sides that the stride divides and sides that it does not.
std::vector<ConvGeometry> geometries() {
  std::vector<ConvGeometry> all;
  for (const int64_t kernel : {1, 2, 3, 5})
    for (const int64_t stride : {1, 2, 3})
      for (const int64_t padding : {0, 1, 2}) {
        all.push_back(geometry(1, 9, 7, 3, kernel, stride, padding));
        all.push_back(geometry(3, 8, 11, 2, kernel, stride, padding));
        all.push_back(geometry(16, 7, 7, 17, kernel, stride, padding));
        all.push_back(geometry(5, 6, 5, 1, kernel, stride, padding));
        all.push_back(geometry(8, 9, 10, 6, kernel, stride, padding));
      }
  return all;
}

std::string text(const ConvGeometry& g, int64_t rows) {
  const auto both = [](const ops::PerAxis& a) { return fmt::format("{}x{}", a.rows, a.columns); };
  return fmt::format("{} rows of {}x{}x{} -> {}x{}x{}, kernel {}, stride {}, padding {}, dilation {}, groups {}", rows,
                     g.in_channels, g.in_height, g.in_width, g.out_channels, g.out_height, g.out_width, both(g.kernel),
                     both(g.stride), both(g.padding), both(g.dilation), g.groups);
}

/// One convolution with its operands on both backends.
struct Case {
  Case(const ConvGeometry& geometry, int64_t rows)
      : g(geometry),
        in(normal_twin({rows, g.in_size()}, 1)),
        out(normal_twin({rows, g.out_size()}, 2)),
        weight(normal_twin(g.weight(), 3)) {}

  ConvGeometry g;
  Twin in, out, weight;
};

template <class F>
void for_each_case(const std::vector<ConvGeometry>& all, F f) {
  for (const ConvGeometry& g : all)
    for (const int64_t rows : {1, 3, 37}) {  // fewer and more than the lanes of a vector
      SCOPED_TRACE(text(g, rows));
      Case c(g, rows);
      f(c);
    }
}

void expect_same_conv2d(Case& c) {
  for (const bool with_bias : {false, true}) {
    Twin bias = with_bias ? normal_twin({c.g.out_channels}, 4) : Twin{};
    on_both([&](auto of) { ops::conv2d(c.g, of(c.in), of(c.weight), of(bias), of(c.out)); });
    EXPECT_LT(c.out.difference(), kTolerance);
  }
}

void expect_same_transposed(Case& c) {
  for (const bool with_bias : {false, true}) {
    Twin bias = with_bias ? normal_twin({c.g.in_channels}, 4) : Twin{};
    on_both([&](auto of) { ops::conv2d_transposed(c.g, of(c.out), of(c.weight), of(bias), of(c.in)); });
    EXPECT_LT(c.in.difference(), kTolerance);
  }
}

void expect_same_weight_gradient(Case& c) {
  on_both([&](auto of) { ops::conv2d_weight_gradient(c.g, of(c.in), of(c.out), of(c.weight)); });
  EXPECT_LT(c.weight.difference(), kTolerance);
}

TEST(FastConv2d, AgreesWithTheReference) { for_each_case(geometries(), expect_same_conv2d); }

TEST(FastTransposedConv2d, AgreesWithTheReference) { for_each_case(geometries(), expect_same_transposed); }

TEST(FastConv2dWeightGradient, AgreesWithTheReferenceAndAccumulates) {
  for_each_case(geometries(), expect_same_weight_gradient);
}

TEST(FastConvolutions, AgreeWithTheReferenceOnTheNetworksThatArePublished) {
  const std::vector<ConvGeometry> published = {
      geometry(1, 28, 28, 8, 3, 1, 0), geometry(8, 26, 26, 16, 5, 1, 0), geometry(16, 22, 22, 32, 5, 2, 0),
      geometry(16, 9, 9, 32, 3, 2, 0), geometry(8, 21, 21, 16, 5, 2, 0), geometry(1, 28, 28, 8, 8, 1, 0),
  };
  for_each_case(published, [](Case& c) {
    expect_same_conv2d(c);
    expect_same_transposed(c);
    expect_same_weight_gradient(c);
  });
}

TEST(FastConvolutions, AgreeWithTheReferenceWhereKernelsTouchPaddingOnlyOrSkipPixels) {
  const std::vector<ConvGeometry> odd = {
      geometry(2, 3, 3, 2, 1, 1, 2),  // some windows lie in the padding
      geometry(1, 3, 3, 2, 1, 1, 2),  geometry(2, 1, 1, 3, 5, 1, 2),
      geometry(1, 1, 1, 1, 1, 1, 0),  geometry(2, 10, 9, 3, 2, 5, 0),  // pixels no window touches
      geometry(1, 10, 9, 3, 2, 5, 0), geometry(1, 2, 9, 4, 2, 1, 1),
  };
  for_each_case(odd, [](Case& c) {
    expect_same_conv2d(c);
    expect_same_transposed(c);
    expect_same_weight_gradient(c);
  });
}

/// Sizes along an axis that differ from those along the other one.
ConvGeometry oblong(int64_t channels, int64_t height, int64_t width, ops::PerAxis kernel, ops::PerAxis stride,
                    ops::PerAxis padding, ops::PerAxis dilation, int64_t groups, int64_t multiplier) {
  const auto side = [](int64_t in, int64_t k, int64_t s, int64_t p, int64_t d) {
    return (in + 2 * p - (k - 1) * d - 1) / s + 1;
  };
  return {channels * groups,
          height,
          width,
          channels * groups * multiplier,
          side(height, kernel.rows, stride.rows, padding.rows, dilation.rows),
          side(width, kernel.columns, stride.columns, padding.columns, dilation.columns),
          kernel,
          stride,
          padding,
          dilation,
          groups};
}

void expect_same_convolutions(Case& c) {
  expect_same_conv2d(c);
  expect_same_transposed(c);
  expect_same_weight_gradient(c);
}

TEST(FastConvolutions, AgreeWithTheReferenceOnSeries) {
  std::vector<ConvGeometry> series;
  for (const int64_t kernel : {1, 2, 5})
    for (const int64_t stride : {1, 3})
      for (const int64_t dilation : {1, 2})
        for (const int64_t channels : {1, 3, 16})
          series.push_back(oblong(channels, 1, 19, {1, kernel}, {1, stride}, {0, 2}, {1, dilation}, 1, 2));
  for_each_case(series, expect_same_convolutions);
}

TEST(FastConvolutions, AgreeWithTheReferenceOnGroupsAndDilation) {
  std::vector<ConvGeometry> all;
  for (const int64_t kernel : {2, 3})
    for (const int64_t stride : {1, 2})
      for (const int64_t dilation : {1, 2, 3})
        for (const auto& [channels, groups] :
             {std::pair<int64_t, int64_t>{1, 1}, {16, 1}, {1, 5}, {1, 16}, {3, 2}, {8, 4}})
          for (const int64_t multiplier : {1, 2})
            all.push_back(oblong(channels, 9, 10, kernel, stride, 1, dilation, groups, multiplier));
  for_each_case(all, expect_same_convolutions);
}

/// Random sizes, among them more padding at one end than at the other, as "same" has it.
TEST(FastConvolutions, AgreeWithTheReferenceOnRandomSizes) {
  std::mt19937 random(1);
  const auto pick = [&](int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random);
  };
  std::vector<ConvGeometry> all;
  while (all.size() < 60) {
    ConvGeometry g = oblong(pick(1, 4), pick(1, 9), pick(1, 9), {pick(1, 4), pick(1, 4)}, {pick(1, 3), pick(1, 3)},
                            {pick(0, 2), pick(0, 2)}, {pick(1, 2), pick(1, 2)}, pick(1, 3), pick(1, 2));
    g.out_height -= pick(0, 1);
    g.out_width -= pick(0, 1);
    // Every layer leaves less than a stride unused at the end, and oneDNN takes no other sizes.
    const auto fits = [](int64_t out, int64_t stride, int64_t kernel, int64_t dilation, int64_t in, int64_t padding) {
      return out > 0 && out * stride + (kernel - 1) * dilation + 1 > in + padding;
    };
    if (fits(g.out_height, g.stride.rows, g.kernel.rows, g.dilation.rows, g.in_height, g.padding.rows) &&
        fits(g.out_width, g.stride.columns, g.kernel.columns, g.dilation.columns, g.in_width, g.padding.columns))
      all.push_back(g);
  }
  for_each_case(all, expect_same_convolutions);
}

TEST(FastConvolutions, KeepShapesApartThatDifferInOneNumber) {
  // The compiled primitives are cached by shape: a second use must not take the first one's.
  for (int pass = 0; pass < 2; ++pass)
    for_each_case({geometry(3, 8, 9, 4, 3, 1, 1), geometry(3, 9, 8, 4, 3, 1, 1), geometry(3, 8, 9, 4, 3, 2, 1)},
                  expect_same_conv2d);
}

TEST(ReferenceConvolutions, AreEachOthersTranspose) {
  for (const ConvGeometry& g : geometries()) {
    SCOPED_TRACE(text(g, 2));
    Tensor x = normals(DType::f64, {2, g.in_size()}, 1), y = normals(DType::f64, {2, g.out_size()}, 2);
    Tensor w = normals(DType::f64, g.weight(), 3);
    Tensor ax(DType::f64, y.shape()), aty(DType::f64, x.shape()), xy(DType::f64, w.shape());
    ops::conv2d(g, x, w, {}, ax);
    ops::conv2d_transposed(g, y, w, {}, aty);
    ops::conv2d_weight_gradient(g, x, y, xy);
    const auto dot = [](const Tensor& a, const Tensor& b) {
      double sum = 0;
      for (int64_t i = 0; i < a.size(); ++i) sum += a.as<double>()[i] * b.as<double>()[i];
      return sum;
    };
    EXPECT_NEAR(dot(ax, y), dot(x, aty), 1e-10);
    EXPECT_NEAR(dot(ax, y), dot(w, xy), 1e-10);
  }
}

}  // namespace
}  // namespace hourglass

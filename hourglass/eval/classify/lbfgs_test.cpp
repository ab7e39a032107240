#include "hourglass/eval/classify/lbfgs.h"

#include <gtest/gtest.h>

#include <cmath>

namespace hourglass {
namespace {

constexpr MinimiserOptions kPrecise{.tolerance = 1e-9, .iterations = 500};

TEST(Minimise, FindsTheEndOfABentValley) {
  int calls = 0;
  const auto rosenbrock = [&](std::span<const double> x, std::span<double> g) {
    ++calls;
    const double a = 1 - x[0], b = x[1] - x[0] * x[0];
    g[0] = -2 * a - 400 * x[0] * b;
    g[1] = 200 * b;
    return a * a + 100 * b * b;
  };
  std::vector<double> x = {-1.2, 1};
  EXPECT_TRUE(minimise(rosenbrock, x, kPrecise));
  EXPECT_NEAR(x[0], 1, 1e-8);
  EXPECT_NEAR(x[1], 1, 1e-8);
  EXPECT_LT(calls, 80);
}

/// Σ k² (x_k − k)²: axes of different lengths.
double bowl(std::span<const double> x, std::span<double> g) {
  double value = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    const double k = static_cast<double>(i + 1), weight = k * k, apart = x[i] - k;
    value += weight * apart * apart;
    g[i] = 2 * weight * apart;
  }
  return value;
}

TEST(Minimise, FindsTheBottomOfALongBowl) {
  std::vector<double> x(20);
  EXPECT_TRUE(minimise(bowl, x, kPrecise));
  for (size_t i = 0; i < x.size(); ++i) EXPECT_NEAR(x[i], static_cast<double>(i + 1), 1e-8);
}

TEST(Minimise, StopsAfterTheIterationsAllowed) {
  std::vector<double> x(20), gradient(20);
  EXPECT_FALSE(minimise(bowl, x, {.tolerance = 1e-9, .iterations = 3}));
  const std::vector<double> start(20);
  EXPECT_LT(bowl(x, gradient), 0.1 * bowl(start, gradient)) << "but it went downhill";
}

TEST(Minimise, StaysAtAMinimum) {
  std::vector<double> x(2);
  EXPECT_TRUE(minimise(
      [](std::span<const double> at, std::span<double> g) {
        for (size_t i = 0; i < at.size(); ++i) g[i] = 2 * at[i];
        return at[0] * at[0] + at[1] * at[1];
      },
      x));
  EXPECT_EQ(x, (std::vector<double>{0, 0}));
}

TEST(Minimise, EndsWhereRoundingHidesTheSlope) {
  std::vector<double> x = {3};
  minimise(
      [](std::span<const double> at, std::span<double> g) {
        const auto value = static_cast<float>((at[0] - 1) * (at[0] - 1));
        g[0] = static_cast<float>(2 * (at[0] - 1)) + 1e-6;
        return double{value};
      },
      x, {.tolerance = 0, .iterations = 1000});
  EXPECT_NEAR(x[0], 1, 1e-3);
}

}  // namespace
}  // namespace hourglass

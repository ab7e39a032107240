#include "hourglass/eval/analysis/budget.h"

#include <gtest/gtest.h>

#include "hourglass/eval/analysis/code_map.h"
#include "support/networks.h"

namespace hourglass {
namespace {

Network network(int64_t inputs, int64_t units) {
  return Network(model({layer("dense", units)}, {layer("dense", inputs)}), {inputs});
}

TEST(Budget, AllowsWhatFits) {
  EXPECT_EQ(affordable(1, 100), 100);
  EXPECT_EQ(affordable(0, 100), 100);
  EXPECT_EQ(affordable(kPartProducts, 100), 1);
  EXPECT_EQ(affordable(1.1 * kPartProducts, 100), 0);
}

/// The largest spectrum of a code as wide as the data, and one that took minutes.
TEST(Budget, BoundsTheCubeOfTheWidth) {
  EXPECT_GE(affordable(row_products("jacobian_spectrum", network(1600, 1600)), 100), 1);
  EXPECT_EQ(affordable(row_products("jacobian_spectrum", network(5000, 5000)), 100), 0);
  EXPECT_GE(affordable(row_products("jacobian_spectrum", network(5000, 32)), 100), 10);
}

TEST(Budget, CountsEveryPass) {
  const Network n = network(50, 20);
  EXPECT_EQ(encoder_products(n), 1000);
  EXPECT_EQ(row_products("mse", n), 2000);
  EXPECT_EQ(row_products("contraction_ratio", n), 6000);
  EXPECT_EQ(row_products("relative_contraction", n), 8000);
}

/// The Jacobian of one row, 16 × 1.5 million, takes more memory than time.
TEST(Budget, BoundsTheMemoryOfARowsJacobian) {
  const Network wide(model({layer("max_pool2d", 306)}, {layer("upsample2d", 306)}), {1, 1224, 1224});
  EXPECT_GE(affordable(row_products("jacobian_spectrum", wide), 100), 1);
  EXPECT_GT(row_bytes("jacobian_spectrum", wide), kPartBytes);
  EXPECT_LT(row_bytes("jacobian_spectrum", network(5000, 32)), kPartBytes);
  EXPECT_EQ(row_bytes("mse", wide), 0);
}

/// To write the code of an atom may take longer than to decode it.
TEST(Budget, CountsTheNumbersOfACodeOfAnAtom) {
  EXPECT_EQ(atom_products(network(200, 20)), 4000);
  EXPECT_EQ(atom_products(network(5, 40'000)), 4'000'000);
}

TEST(Budget, BoundsTheMemoryOfAMapOfCodes) {
  EXPECT_LT(code_map_bytes(1'300'000), kPartBytes);
  EXPECT_GT(code_map_bytes(1'400'000), kPartBytes);
}

}  // namespace
}  // namespace hourglass

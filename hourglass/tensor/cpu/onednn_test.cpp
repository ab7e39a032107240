#include "hourglass/tensor/cpu/onednn.h"

#include <gtest/gtest.h>

#include <thread>
#include <utility>
#include <vector>

#include "hourglass/tensor/ops.h"
#include "support/numbers.h"

namespace hourglass {
namespace {

using ops::cpu::Cache;

constexpr int64_t kMostRows = 300;
constexpr auto kCapacity = static_cast<int64_t>(Cache<int, int>::kCapacity);

TEST(PrimitiveCache, ReplacesTheLeastRecentlyUsed) {
  Cache<int64_t, int64_t> cache;
  std::vector<int64_t> made;
  const auto get = [&](int64_t key) { return cache.get(key, [&](int64_t k) { return made.push_back(k), 10 * k; }); };
  for (int64_t key = 0; key < kCapacity; ++key) EXPECT_EQ(get(key), 10 * key);
  get(0);
  get(kCapacity);  // takes the place of 1
  made.clear();
  EXPECT_EQ(get(0), 0);
  EXPECT_EQ(get(2), 20);
  EXPECT_EQ(get(1), 10);
  EXPECT_EQ(made, std::vector<int64_t>{1});
}

/// A server's thread, which gets some number of rows in each call.
TEST(PrimitiveCache, IsBoundedWhateverTheRows) {
  static_assert(kCapacity < kMostRows);
  const ops::ConvGeometry g{1, 6, 6, 16, 3, 3, 3, 2, 1};
  const Tensor x = normals(DType::f32, {kMostRows, g.in_size()}, 1), weight = normals(DType::f32, {16, g.in_size()}, 2);
  const Tensor kernels = normals(DType::f32, {16, 1, 3, 3}, 3);
  const auto results = [&](int64_t rows) {
    Tensor product(DType::f32, {rows, 16}), image(DType::f32, {rows, g.out_size()});
    const ConstView some = x.view().slice(0, rows);
    ops::matmul(some, ops::Transpose::no, weight, ops::Transpose::yes, product);
    ops::conv2d(g, some, kernels, {}, image);
    return std::pair(values_of(product), values_of(image));
  };
  std::thread([&] {
    std::vector<decltype(results(1))> first;
    for (int64_t rows = 1; rows <= kMostRows; ++rows) first.push_back(results(rows));
    EXPECT_GT(ops::cpu::cached_primitives(), kCapacity) << "both kinds are counted";
    EXPECT_LE(ops::cpu::cached_primitives(), 2 * kCapacity);
    for (int64_t rows = kMostRows; rows >= 1; --rows) EXPECT_EQ(results(rows), first[rows - 1]) << rows;
    EXPECT_LE(ops::cpu::cached_primitives(), 2 * kCapacity);
  }).join();
}

}  // namespace
}  // namespace hourglass

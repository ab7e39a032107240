#include "hourglass/tensor/tensor.h"

#include <gtest/gtest.h>
#include <malloc.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "hourglass/tensor/arena.h"
#include "hourglass/tensor/copy.h"
#include "hourglass/tensor/visit.h"
#include "support/numbers.h"

namespace hourglass {
namespace {

bool is_aligned(ConstView v) { return reinterpret_cast<uintptr_t>(v.bytes()) % 64 == 0; }

TEST(Shape, CountsItsElementsAndSaysWhatItIs) {
  EXPECT_EQ((Shape{16, 3, 5}.size()), 240);
  EXPECT_EQ((Shape{16, 3, 5}.text()), "16 × 3 × 5");
  EXPECT_EQ(Shape().size(), 1);
  EXPECT_EQ((Shape{3, 5}.batch(7)), (Shape{7, 3, 5}));
  EXPECT_NE((Shape{3, 5}), (Shape{3, 5, 1}));
}

TEST(Tensor, StartsAtZeroAndAligned) {
  for (const int64_t n : {1, 3, 17, 1000}) {
    const Tensor t(DType::f32, {n});
    EXPECT_TRUE(is_aligned(t));
    EXPECT_EQ(values_of(t), std::vector<double>(n, 0.0));
  }
}

TEST(Tensor, IsEmptyUntilMade) {
  const Tensor t;
  EXPECT_EQ(t.size(), 0);
  EXPECT_FALSE(t.view());
}

TEST(Tensor, CastsThereAndBack) {
  const Tensor t = tensor_of({2}, {0.1, -3});
  EXPECT_EQ(values_of(t.cast(DType::f32)), (std::vector<double>{0.1f, -3}));
  EXPECT_EQ(values_of(t.cast(DType::f32).cast(DType::f64)), (std::vector<double>{0.1f, -3}));
}

TEST(Tensor, ClonesWithoutSharing) {
  Tensor t = tensor_of({2}, {1, 2});
  const Tensor copy = t.clone();
  t.as<double>()[0] = 9;
  EXPECT_EQ(values_of(copy), (std::vector<double>{1, 2}));
}

TEST(View, SlicesRowsAndTakesParts) {
  Tensor t = tensor_of({3, 2}, {0, 1, 2, 3, 4, 5});
  EXPECT_EQ(values_of(t.view().slice(1, 2)), (std::vector<double>{2, 3, 4, 5}));
  EXPECT_EQ(values_of(t.view().part(3, {2})), (std::vector<double>{3, 4}));
  EXPECT_EQ(t.view().reshaped({2, 3}).columns(), 3);
}

TEST(View, HasItsColumnsWithoutRows) {
  const Tensor t(DType::f32, {0, 3, 5});
  EXPECT_EQ(t.view().columns(), 15);
  EXPECT_EQ(t.view().slice(0, 0).columns(), 15);
  EXPECT_EQ(t.view().reshaped({0, 7}).columns(), 7);
  EXPECT_EQ(Tensor(DType::f32, {4}).view().columns(), 1);
}

TEST(ViewDeathTest, StopsAtTheWrongTypeOrSize) {
  Tensor t(DType::f64, {4});
  EXPECT_DEATH(t.as<float>(), "dtype");
  EXPECT_DEATH(t.view().reshaped({3}), "size");
}

TEST(Visit, GivesTheElementsOfEitherType) {
  const Tensor t = tensor_of({2, 2}, {1, 2, 3, 4});
  for (const DType dtype : {DType::f32, DType::f64}) {
    Tensor x = t.cast(dtype), y = t.cast(dtype);
    visit_floats(x.view(), [](auto all) { all[1] = 9; });
    visit_floats(x.view(), y.view(), [](auto from, auto to) { std::ranges::copy(from, to.begin()); });
    EXPECT_EQ(values_of(y), (std::vector<double>{1, 9, 3, 4}));
    double sum = 0;
    for_each_value(y, [&](int64_t i, double value) { sum += static_cast<double>(i) * value; });
    EXPECT_EQ(sum, 9 + 6 + 12);
  }
}

TEST(Fill, SetsEveryElement) {
  for (const double value : {0.0, -0.0, 1.5}) {
    Tensor t = tensor_of({3}, {1, 2, 3});
    fill(value, t);
    for (const double x : values_of(t)) EXPECT_TRUE(x == value && std::signbit(x) == std::signbit(value)) << value;
  }
}

TEST(Arena, HandsOutSpaceThatDoesNotOverlap) {
  Arena arena;
  std::vector<View> views;
  for (int pass = 0; pass < 3; ++pass) {
    arena.reset();
    views.clear();
    for (const int64_t n : {1, 17, 1000, 3}) {
      views.push_back(arena.take(DType::f32, {n}));
      EXPECT_TRUE(is_aligned(views.back()));
      std::fill_n(views.back().as<float>(), n, static_cast<float>(n));
    }
    for (const View& v : views) EXPECT_EQ(values_of(v), std::vector<double>(v.size(), static_cast<double>(v.size())));
  }
}

TEST(Arena, GivesTheSameSpaceForTheSameWork) {
  Arena arena;
  const auto work = [&] {
    arena.reset();
    arena.take(DType::f64, {100});
    return arena.take(DType::f32, {50}).bytes();
  };
  work();
  const auto* settled = work();
  EXPECT_EQ(work(), settled);
}

TEST(Arena, HandsTheSameSpaceOutAgainAfterARewind) {
  Arena arena;
  const View first = arena.take(DType::f32, {100});
  const Arena::Mark mark = arena.mark();
  const std::byte* second = arena.take(DType::f32, {1000}).bytes();
  arena.take(DType::f32, {5000});
  arena.rewind(mark);
  EXPECT_EQ(arena.take(DType::f32, {1000}).bytes(), second);
  EXPECT_NE(first.bytes(), second);
  arena.reset();
  const std::byte* block = arena.take(DType::f32, {6000}).bytes();
  arena.reset();
  EXPECT_EQ(arena.take(DType::f32, {6000}).bytes(), block) << "one block holds the most that was taken at once";
}

/// Allocates as an evaluation after every epoch does: the outputs of all layers, which are freed, and something small
/// that stays.
TEST(Tensor, LeavesItsMemoryToTheNextOne) {
  std::vector<std::string> kept;
  const auto heap_after = [&](int rounds) {
    for (int round = 0; round < rounds; ++round) {
      std::vector<Tensor> outputs;
      for (const int64_t units : {5408, 5408, 7744, 7744, 2048, 2048, 1024, 1024, 784})
        outputs.emplace_back(DType::f32, Shape{64, units});
      kept.emplace_back(100, 'x');
    }
    return mallinfo2().arena + mallinfo2().hblkhd;
  };
  const size_t before = heap_after(10), after = heap_after(100);
  EXPECT_LT(after, before + (16 << 20));  // a tensor lost per round would be 138 MB
}

}  // namespace
}  // namespace hourglass

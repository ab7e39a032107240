#include "hourglass/tensor/live_columns.h"

#include <gtest/gtest.h>

#include "hourglass/tensor/copy.h"
#include "support/numbers.h"

namespace hourglass {
namespace {

/// Random rows; only the given columns are not zero.
Tensor rows_with(DType dtype, int64_t rows, int64_t columns, const std::vector<int64_t>& live) {
  const Tensor values = normals(dtype, {rows, columns}, 1);
  Tensor x(dtype, {rows, columns});
  for (int64_t i = 0; i < rows; ++i)
    for (const int64_t j : live) copy(values.view().part(i * columns + j, {1}), x.view().part(i * columns + j, {1}));
  return x;
}

/// Packs x and puts it back into zeros.
Tensor there_and_back(const LiveColumns& live, const Tensor& x) {
  Tensor packed(x.dtype(), {x.rows(), live.count()}), back(x.dtype(), x.shape());
  live.pack(x, packed);
  live.add_packed(packed, back);
  return back;
}

TEST(LiveColumns, LoseNothing) {
  for (const DType dtype : {DType::f32, DType::f64})
    for (const auto& live : std::vector<std::vector<int64_t>>{{}, {0}, {99}, {0, 99}, {3, 4, 5, 50, 51, 80}}) {
      const Tensor x = rows_with(dtype, 20, 100, live);
      LiveColumns columns;
      columns.find(x);
      EXPECT_EQ(values_of(there_and_back(columns, x)), values_of(x));
    }
}

TEST(LiveColumns, AreAMultipleOf16AndFewMoreThanNeeded) {
  LiveColumns columns;
  columns.find(rows_with(DType::f32, 20, 100, {3, 4, 5, 50, 51, 80}));
  EXPECT_EQ(columns.count(), 16);
  EXPECT_TRUE(columns.is_worthwhile());
  columns.find(Tensor(DType::f32, {20, 100}));
  EXPECT_EQ(columns.count(), 16) << "no product has 0 columns";
}

TEST(LiveColumns, AreAllColumnsWhenNoneIsZero) {
  LiveColumns columns;
  columns.find(normals(DType::f32, {20, 37}, 1));
  EXPECT_EQ(columns.count(), 37);
  EXPECT_FALSE(columns.is_worthwhile());
}

TEST(LiveColumns, ForgetWhatTheySawBefore) {
  LiveColumns columns;
  columns.find(normals(DType::f32, {20, 64}, 1));
  const Tensor x = rows_with(DType::f32, 20, 100, {7});
  columns.find(x);
  EXPECT_EQ(columns.count(), 16);
  EXPECT_EQ(values_of(there_and_back(columns, x)), values_of(x));
}

TEST(LiveColumns, TakeAColumnWithASingleSmallValueForLive) {
  Tensor x(DType::f32, {20, 100});
  x.as<float>()[19 * 100 + 42] = 1e-45f;
  LiveColumns columns;
  columns.find(x);
  EXPECT_EQ(values_of(there_and_back(columns, x)), values_of(x));
}

TEST(LiveColumns, AreAddedToWhatIsThere) {
  const Tensor x = rows_with(DType::f64, 20, 100, {7, 70});
  Tensor y = normals(DType::f64, {20, 100}, 3), packed(DType::f64, {20, 16});
  const auto before = values_of(y), added = values_of(x);
  LiveColumns columns;
  columns.find(x);
  columns.pack(x, packed);
  columns.add_packed(packed, y);
  for (size_t i = 0; i < before.size(); ++i) EXPECT_EQ(values_of(y)[i], before[i] + added[i]);
}

TEST(ColumnPacker, LeavesFewRowsAndFullColumnsAlone) {
  ColumnPacker packer(DType::f32, 20, 100);
  EXPECT_EQ(packer(rows_with(DType::f32, 5, 100, {7})).live, nullptr);
  EXPECT_EQ(packer(normals(DType::f32, {20, 100}, 1)).live, nullptr);
  const Tensor x = rows_with(DType::f32, 20, 100, {7});
  const InputRows rows = packer(x);
  ASSERT_NE(rows.live, nullptr);
  EXPECT_EQ(rows.packed.shape(), (Shape{20, 16}));
}

}  // namespace
}  // namespace hourglass

#include "hourglass/data/formats/csv.h"

#include <gtest/gtest.h>

#include <array>
#include <limits>

namespace hourglass {
namespace {

const std::array<std::string, 2> kNames = {"a", "b"};

TEST(Csv, WritesTheShortestTextThatReadsBack) {
  Tensor t(DType::f32, {2, 2});
  const std::array<float, 4> values = {0.1f, 1.0f / 3.0f, -2.0f, 1e-30f};
  std::copy(values.begin(), values.end(), t.as<float>());
  EXPECT_EQ(csv_text(t, kNames), "a,b\n0.1,0.33333334\n-2,1e-30\n");
}

TEST(Csv, KeepsAllDigitsOfDoubles) {
  Tensor t(DType::f64, {1, 2});
  t.as<double>()[0] = 1.0 / 3.0;
  t.as<double>()[1] = -std::numeric_limits<double>::denorm_min();
  EXPECT_EQ(csv_text(t, {}), "0.3333333333333333,-5e-324\n");
}

TEST(Csv, QuotesACellThatWouldEndTooSoon) {
  EXPECT_EQ(csv_cell("plain text"), "plain text");
  EXPECT_EQ(csv_cell("a,b"), "\"a,b\"");
  EXPECT_EQ(csv_cell("19\" wide\n"), "\"19\"\" wide\n\"");
  EXPECT_EQ(csv_text(ConstView(nullptr, DType::f32, {0, 1}), std::array<std::string, 1>{"a,b"}), "\"a,b\"\n");
}

TEST(Csv, FlattensLaterAxes) { EXPECT_EQ(csv_text(Tensor(DType::f32, {2, 1, 2}), {}), "0,0\n0,0\n"); }

TEST(Csv, WritesTheHeaderAloneWhenThereAreNoRows) {
  EXPECT_EQ(csv_text(ConstView(nullptr, DType::f32, {0, 2}), kNames), "a,b\n");
}

}  // namespace
}  // namespace hourglass

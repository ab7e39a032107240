#include "hourglass/data/formats/cell.h"

#include <gtest/gtest.h>

#include <array>

namespace hourglass {
namespace {

TEST(Cell, ReadsNumbersWhole) {
  EXPECT_EQ(number_in("-1.5e3"), -1500);
  EXPECT_EQ(number_in(" +2"), 2);
  EXPECT_EQ(number_in(".5"), 0.5);
  for (const char* cell :
       {"", "1,5", "1 2", "0x10", "inf", "nan", "1e999", "+-1", "--1", "1.2.3", "5 km", "2020-01-31", "-"})
    EXPECT_EQ(number_in(cell), std::nullopt) << cell;
}

TEST(Cell, ReadsNumbersTooSmallForADouble) {
  EXPECT_EQ(number_in("1e-400"), 0);
  EXPECT_EQ(number_in("-2.5E-999"), 0);
  EXPECT_EQ(number_in("2,5e-999", ','), 0);
}

TEST(Cell, ReadsDecimalCommas) {
  EXPECT_EQ(number_in("1,5", ','), 1.5);
  EXPECT_EQ(number_in("-0,137", ','), -0.137);
  EXPECT_EQ(number_in("2e3", ','), 2000);
  EXPECT_EQ(number_in("1,5e3", ','), 1500);
  EXPECT_EQ(number_in("12", ','), 12);
  for (const char* cell : {"1.5", "1,2,3", "1,", ",", "1,5,6"}) EXPECT_EQ(number_in(cell, ','), std::nullopt) << cell;
}

TEST(Cell, ReadsSignsBetweenThousands) {
  EXPECT_EQ(number_in("1,137"), 1137);
  EXPECT_EQ(number_in("1,234,567.25"), 1234567.25);
  EXPECT_EQ(number_in("-12 345"), -12345);
  EXPECT_EQ(number_in("1\u00a0234\u00a0567"), 1234567);
  EXPECT_EQ(number_in("1'234.5"), 1234.5);
  EXPECT_EQ(number_in("1,00,000"), 100000);
  EXPECT_EQ(number_in("1.234,56", ','), 1234.56);
  EXPECT_EQ(number_in("1.234.567", ','), 1234567);
  EXPECT_EQ(number_in("1 234,5", ','), 1234.5);
  for (const char* cell : {"0,137", "1,23", "12,3456", "1234,567", ",123", "1,234,56", "1 234,567", "1,234e5"})
    EXPECT_EQ(number_in(cell), std::nullopt) << cell;
}

TEST(Cell, LeavesUnitsOut) {
  const auto unit = [](std::string_view cell) { return std::string(parse_number(cell)->unit); };
  EXPECT_EQ(number_in("$12.50"), 12.5);
  EXPECT_EQ(number_in("-$1,200"), -1200);
  EXPECT_EQ(number_in("$-3"), -3);
  EXPECT_EQ(number_in("12,5 €", ','), 12.5);
  EXPECT_EQ(number_in("USD 7"), 7);
  EXPECT_EQ(number_in("3.1%"), 3.1) << "not 0.031";
  EXPECT_EQ(number_in("(1,234)"), -1234);
  EXPECT_EQ(unit("$12"), "$");
  EXPECT_EQ(unit("3 %"), "%");
  EXPECT_EQ(unit("3"), "");
  for (const char* cell : {"$", "%", "$%", "(-3)", "()", "3 $ 4"}) EXPECT_EQ(number_in(cell), std::nullopt) << cell;
}

TEST(Cell, KnowsWhatStandsForNothing) {
  const MissingMarkers markers;
  for (const char* cell : {"", "NA", "n/a", "NaN", "NULL", "?", "-nan", "#N/A", "None", "<NA>", "NaT", "-", "\\N",
                           "1.#QNAN", "-1.#IND", "#NULL!", "#DIV/0!", "."})
    EXPECT_TRUE(markers.contains(cell)) << cell;
  for (const char* cell : {"0", "Nana", "none", "none at all", "-1", "1.5", "-0.123456"})
    EXPECT_FALSE(markers.contains(cell)) << cell;
}

TEST(Cell, TakesFurtherTextsAndNumbersForNothing) {
  const std::array<std::string, 2> more = {"-999", "unknown"};
  const MissingMarkers markers(more);
  for (const char* cell : {"-999", "-999.0", "unknown", "NA"}) EXPECT_TRUE(markers.contains(cell)) << cell;
  for (const char* cell : {"999", "Unknown", "-99"}) EXPECT_FALSE(markers.contains(cell)) << cell;
}

}  // namespace
}  // namespace hourglass

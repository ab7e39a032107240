#include "hourglass/data/formats/csv.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <limits>

#include "hourglass/base/error.h"
#include "support/message_of.h"

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

using Cells = std::vector<std::vector<std::string>>;

Cells read(std::string_view text, char delimiter = ',') {
  const std::string name = "f";
  CsvRows rows(text, delimiter, name);
  Cells all;
  std::vector<std::string_view> cells;
  while (rows.next(cells)) all.emplace_back(cells.begin(), cells.end());
  return all;
}

std::string refusal(std::string_view text) {
  return message_of<Error>([&] { read(text); });
}

TEST(CsvRows, CutsLinesIntoCells) {
  EXPECT_EQ(read("a,b\n1, 2 \n"), (Cells{{"a", "b"}, {"1", "2"}}));
  EXPECT_EQ(read("a,b\r\n1,2\r\n"), (Cells{{"a", "b"}, {"1", "2"}}));
  EXPECT_EQ(read("\xef\xbb\xbf"
                 "a\n1"),
            (Cells{{"a"}, {"1"}}));
  EXPECT_EQ(read("a\t b \t\n", '\t'), (Cells{{"a", "b", ""}}));
}

TEST(CsvRows, KeepsEmptyCells) {
  EXPECT_EQ(read(",,\n1,,"), (Cells{{"", "", ""}, {"1", "", ""}}));
  EXPECT_EQ(read("\t\n", '\t'), (Cells{{"", ""}}));
}

TEST(CsvRows, PassesOverEmptyLines) { EXPECT_EQ(read("\n\na\n \r\n\nb\n\n"), (Cells{{"a"}, {"b"}})); }

TEST(CsvRows, ReadsQuotedCells) {
  EXPECT_EQ(read("\"a,b\",\"c\nd\"\n"), (Cells{{"a,b", "c\nd"}}));
  EXPECT_EQ(read("\"say \"\"yes\"\"\", \" x \" ,\"\",\"\"\"\"\r\n"), (Cells{{"say \"yes\"", " x ", "", "\""}}));
  EXPECT_EQ(read("5\" disk,b"), (Cells{{"5\" disk", "b"}}));
}

TEST(CsvRows, TellsTheLineWhereARowBegins) {
  const std::string name = "f";
  CsvRows rows("a\n\n\"b\nb\"\nc\n", ',', name);
  std::vector<std::string_view> cells;
  for (const int64_t line : {1, 3, 5}) {
    ASSERT_TRUE(rows.next(cells));
    EXPECT_EQ(rows.line(), line);
  }
  EXPECT_FALSE(rows.next(cells));
}

TEST(CsvRows, NamesTheLineOfABrokenQuote) {
  EXPECT_EQ(refusal("a\n\"b\nc\n"), "f:2: a quote is opened and never closed");
  EXPECT_EQ(refusal("a\n\"b\" c,d\n"), "f:2: text follows the closing quote of a cell");
}

TEST(CsvRows, ReadsAMillionDoubledQuotesAtOnce) {
  const size_t quotes = 1'000'000;
  EXPECT_EQ(read(std::string(2 * quotes + 2, '"')), Cells{{std::string(quotes, '"')}});
}

TEST(CsvRows, RefusesMoreCellsThanARowMayHave) {
  EXPECT_EQ(read(std::string(kMostColumns - 1, ','))[0].size(), kMostColumns);
  EXPECT_EQ(refusal("a\n" + std::string(kMostColumns, ',')), "f:2: more than 1048576 cells, the most a row may have");
}

TEST(CsvRows, TakesEveryKindOfLineEnd) {
  const Cells expected = {{"a", "b"}, {"1", "2"}, {"3", "4"}};
  for (const std::string end : {"\n", "\r\n", "\r", "\r\r\n"})
    EXPECT_EQ(read("a,b" + end + "1,2" + end + end + "3,4" + end), expected) << end.size();
  EXPECT_EQ(read("\"a\nb\",c\r\"d\",e"), (Cells{{"a\nb", "c"}, {"d", "e"}})) << "a line end between quotes";
}

TEST(CsvRows, TakesRunsOfBlanksForOneDelimiter) {
  EXPECT_EQ(read("  a  b\n1 \t 2  \n\n \"x y\" 3", ' '), (Cells{{"a", "b"}, {"1", "2"}, {"x y", "3"}}));
}

TEST(CsvRows, CountsLinesOfEveryKind) {
  const std::string name = "f";
  CsvRows rows("a\r\r\"b\rb\"\rc\r", ',', name, 11);
  std::vector<std::string_view> cells;
  for (const int64_t line : {11, 13, 15}) {
    ASSERT_TRUE(rows.next(cells));
    EXPECT_EQ(rows.line(), line);
  }
}

RC_GTEST_PROP(CsvRows, ReadsBackAnyQuotedCell, (const std::vector<std::string>& cells)) {
  RC_PRE(!cells.empty());
  std::string text;
  for (const std::string& cell : cells) {
    text += text.empty() ? "\"" : ",\"";
    for (const char c : cell) text += c == '"' ? "\"\"" : std::string(1, c);
    text += '"';
  }
  RC_ASSERT(read(text + "\n") == Cells{cells});
}

}  // namespace
}  // namespace hourglass

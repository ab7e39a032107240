#include "hourglass/data/formats/csv.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "hourglass/base/error.h"
#include "support/message_of.h"

namespace hourglass {
namespace {

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

/// An apostrophe before a formula is no part of the text.
RC_GTEST_PROP(CsvRows, ReadsBackAnyQuotedCell, (const std::vector<std::string>& cells)) {
  RC_PRE(!cells.empty() && std::ranges::none_of(cells, [](const std::string& c) { return c.starts_with('\''); }));
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

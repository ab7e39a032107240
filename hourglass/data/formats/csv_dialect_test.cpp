#include "hourglass/data/formats/csv_dialect.h"

#include <gtest/gtest.h>

namespace hourglass {
namespace {

char delimiter(std::string_view text) { return detect_dialect(text, "f").delimiter; }

TEST(CsvDialect, FindsTheDelimiter) {
  EXPECT_EQ(delimiter("a,b\n1,2\n"), ',');
  EXPECT_EQ(delimiter("a;b\n1,5;2,5\n2;3,5\n"), ';');
  EXPECT_EQ(delimiter("1,5;2,5\n2,5;3,5\n"), ';') << "decimal commas without a header";
  EXPECT_EQ(delimiter("1,5;2,5"), ';');
  EXPECT_EQ(delimiter("a\tb\n1, 2\t3\n"), '\t');
  EXPECT_EQ(delimiter("\"a;b\",c\n\"d;e;f\",g\n"), ',');
  EXPECT_EQ(delimiter("1\n2\n"), ',');
  EXPECT_EQ(delimiter("a,b,c\n1,2\n"), ',') << "a ragged table is still one";
  EXPECT_EQ(delimiter("\"a;b\";\"c\"\n1,5;2\n"), ';');
  EXPECT_EQ(delimiter("a,b\r1,2\r3,4\r"), ',');
}

TEST(CsvDialect, TakesBlanksForADelimiterOnlyBetweenNumbersOrQuotes) {
  EXPECT_EQ(delimiter("1.0 2.0 3.0\n4.0 5.0 6.0\n"), ' ');
  EXPECT_EQ(delimiter(" 0.1  18.0 \n 0.2   7.0\n"), ' ');
  EXPECT_EQ(delimiter("1,5 2,5\n3,5 4,5\n"), ' ');
  EXPECT_EQ(delimiter("AAT_ECOLI  0.49 0.29\nACEA_ECOLI 0.07 0.40\n"), ' ');
  EXPECT_EQ(delimiter("\"x\" \"y\"\n\"1\" 2.5 \"a\"\n\"2\" 3.5 \"b\"\n"), ' ') << "R's header is one name short";
  EXPECT_EQ(delimiter("New York\nLos Angeles\nSan Diego\n"), ',');
  EXPECT_EQ(delimiter("2020-01-01 12:00\n2020-01-02 13:00\n"), ',');
  EXPECT_EQ(delimiter("a, b\n1, 2\n"), ',');
}

TEST(CsvDialect, TakesTheDelimiterThatIsNamed) {
  const CsvDialect named = detect_dialect("sep=;\r\na;b\r\n1;2\r\n", "f");
  EXPECT_EQ(named.delimiter, ';');
  EXPECT_EQ(named.start, 7u);
  EXPECT_EQ(named.first_line, 2);
  EXPECT_EQ(detect_dialect("a b,c\n1 2,3\n", "f", "space").delimiter, ' ');
  EXPECT_EQ(detect_dialect("a\tb\n", "f", "tab").delimiter, '\t');
}

TEST(CsvDialect, PassesOverCommentsAndTakesAHeaderFromTheLast) {
  const CsvDialect plain = detect_dialect("# made by a program, in 2020\n# x\n1 2 3\n4 5 6\n", "f");
  EXPECT_EQ(plain.comments, 2);
  EXPECT_EQ(plain.first_line, 3);
  EXPECT_FALSE(plain.header_is_comment);
  const std::string savetxt = "# a b c\n1 2 3\n4 5 6\n";
  const CsvDialect named = detect_dialect(savetxt, "f");
  EXPECT_TRUE(named.header_is_comment);
  EXPECT_EQ(savetxt.substr(named.start, 5), "a b c");
  EXPECT_EQ(named.first_line, 1);
  EXPECT_EQ(detect_dialect("#,name\n1,a\n", "f").comments, 0) << "a column can be called #";
}

TEST(CsvDialect, SaysWhenAnotherDelimiterWouldDo) {
  EXPECT_FALSE(detect_dialect("a,b\n1,2\n", "f").is_uncertain);
  EXPECT_TRUE(detect_dialect("a|b,c\nd|e,f\n", "f").is_uncertain);
}

TEST(CsvDialect, TellsTextFromBytes) {
  EXPECT_TRUE(looks_like_text("a,\tb\r\n"));
  EXPECT_TRUE(looks_like_text("Z\xc3\xbcrich\n"));
  EXPECT_FALSE(looks_like_text(std::string_view("a\0b", 3)));
  EXPECT_FALSE(looks_like_text(""));
}

}  // namespace
}  // namespace hourglass

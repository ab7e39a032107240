#include "hourglass/data/formats/csv_formula.h"

#include <gtest/gtest.h>

namespace hourglass {
namespace {

TEST(CsvFormula, IsWhatASpreadsheetComputes) {
  for (const char* text : {"=1+1", "=cmd|'/C calc'!A0", "+SUM(A1)", "-A1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1",
                           "'=1", "''=1", "-2+3", "+49 (0) 170", "--x"})
    EXPECT_TRUE(needs_apostrophe(text)) << text;
}

TEST(CsvFormula, IsNoNumberAndNoMissingValue) {
  for (const char* text :
       {"", "a", "a=1", "'", "'a", "-1", "+1.5e3", "-0,5", "-1,234.5", "-5 %", "'-1", "-", "--", "-nan", "1-2"})
    EXPECT_FALSE(needs_apostrophe(text)) << text;
}

TEST(CsvFormula, ComesBackWithoutItsApostrophe) {
  EXPECT_EQ(without_apostrophe("'=1"), "=1");
  EXPECT_EQ(without_apostrophe("''=1"), "'=1");
  for (const char* text : {"=1", "'-1", "'tis", "", "'"}) EXPECT_EQ(without_apostrophe(text), text);
}

}  // namespace
}  // namespace hourglass

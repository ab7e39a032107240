#include "hourglass/data/formats/csv_writer.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <limits>

#include "hourglass/data/formats/csv.h"

namespace hourglass {
namespace {

std::string cell(std::string_view text) {
  std::string out;
  append_csv_cell(out, text);
  return out;
}

const std::vector<std::string> kNames = {"a", "b, c"};

TEST(CsvWriter, QuotesACellThatWouldBeTakenForSomethingElse) {
  EXPECT_EQ(cell("plain text"), "plain text");
  EXPECT_EQ(cell("a,b"), "\"a,b\"");
  EXPECT_EQ(cell("a;b"), "\"a;b\"");
  EXPECT_EQ(cell(" a"), "\" a\"");
  EXPECT_EQ(cell("#a"), "\"#a\"");
  EXPECT_EQ(cell("19\" wide\n"), "\"19\"\" wide\n\"");
}

TEST(CsvWriter, WritesNoFormula) {
  EXPECT_EQ(cell("=1+1"), "'=1+1");
  EXPECT_EQ(cell("@a,b"), "\"'@a,b\"");
  EXPECT_EQ(cell("\t=1"), "\"'\t=1\"");
  EXPECT_EQ(cell("-1.5"), "-1.5");
}

TEST(CsvWriter, FormulasComeBack) {
  const std::string name = "f";
  for (const std::string text : {"=1+1", "'=1", "''@x,y", "'-1", "-1", "-", "\n=\"", "'"}) {
    const std::string written =
        csv_table(1, std::vector<CsvColumn>{{text, [=](std::string& out, int64_t) { append_csv_cell(out, text); }}});
    CsvRows rows(written, ',', name);
    std::vector<std::string_view> cells;
    for (int line = 0; line < 2; ++line) {
      ASSERT_TRUE(rows.next(cells)) << text;
      EXPECT_EQ(cells, std::vector<std::string_view>{text});
    }
  }
}

TEST(CsvWriter, WritesTheShortestNumberThatReadsBack) {
  Tensor t(DType::f32, {2, 2});
  const std::array<float, 4> values = {0.1f, 1.0f / 3.0f, -2.0f, 1e-30f};
  std::copy(values.begin(), values.end(), t.as<float>());
  const SomeRows rows{t};
  EXPECT_EQ(csv_table(2, csv_columns(rows, kNames)), "a,\"b, c\"\n0.1,0.33333334\n-2,1e-30\n");
  Tensor doubles(DType::f64, {1, 2});
  doubles.as<double>()[0] = 1.0 / 3.0;
  doubles.as<double>()[1] = -std::numeric_limits<double>::denorm_min();
  const SomeRows row{doubles};
  EXPECT_EQ(csv_table(1, csv_columns(row, kNames), false), "0.3333333333333333,-5e-324\n");
}

TEST(CsvWriter, FlattensLaterAxesAndWritesAHeaderWithoutRows) {
  const Tensor t(DType::f32, {2, 1, 2});
  const SomeRows rows{t}, none{ConstView(nullptr, DType::f32, {0, 2})};
  EXPECT_EQ(csv_table(2, csv_columns(rows, kNames), false), "0,0\n0,0\n");
  EXPECT_EQ(csv_table(0, csv_columns(none, kNames)), "a,\"b, c\"\n");
}

TEST(CsvWriter, WritesTheRowsThatAreInMemory) {
  Tensor t(DType::f32, {2, 2});
  for (int i = 0; i < 4; ++i) t.as<float>()[i] = static_cast<float>(i);
  SomeRows rows{t.view().slice(0, 1)};
  const auto columns = csv_columns(rows, kNames);
  std::string text;
  append_csv_row(text, columns, 0);
  rows = {t.view().slice(1, 1), 7};
  append_csv_row(text, columns, 7);
  EXPECT_EQ(text, "0,1\n2,3\n");
}

TEST(CsvWriter, LeavesNoLineEmpty) {
  const std::vector<CsvColumn> one = {{"x", [](std::string&, int64_t) {}}};
  EXPECT_EQ(csv_table(2, one), "x\n\"\"\n\"\"\n");
}

RC_GTEST_PROP(CsvWriter, TextsComeBack, (const std::vector<std::string>& texts)) {
  RC_PRE(!texts.empty());
  std::vector<CsvColumn> columns;
  for (const std::string& text : texts) {
    RC_PRE(text.find('\0') == std::string::npos);
    columns.push_back({text, [=](std::string& out, int64_t) { append_csv_cell(out, text); }});
  }
  const std::string written = csv_table(1, columns), name = "f";
  CsvRows rows(written, ',', name);
  std::vector<std::string_view> cells;
  for (int line = 0; line < 2; ++line) {
    RC_ASSERT(rows.next(cells));
    RC_ASSERT(std::vector<std::string>(cells.begin(), cells.end()) == texts);
  }
}

}  // namespace
}  // namespace hourglass

#include "hourglass/data/table.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>

#include "hourglass/base/error.h"
#include "support/message_of.h"

namespace hourglass {
namespace {

const std::string kPeople =
    "name,age,city,member\n"
    "Ann,30,Bern,1\n"
    "Bob,41.5,Chur,0\n"
    "Cyd,,Bern,1\n";

Dataset read(std::string_view text, const ReadOptions& how = {}, std::vector<std::string> features = {}) {
  return read_table(text, "f.csv", how, features);
}

std::vector<float> values(const Dataset& data) { return std::get<1>(data.values); }

std::string refusal(std::string_view text, const ReadOptions& how = {}, std::vector<std::string> features = {}) {
  return message_of<Error>([&] { read(text, how, features); });
}

TEST(Table, ReadsNumbersUnderTheirNames) {
  const Dataset data = read("a;b\n1;-2\n.5;3e2\n");
  EXPECT_EQ(data.sample, Shape{2});
  EXPECT_EQ(data.columns, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(values(data), (std::vector<float>{1, -2, 0.5f, 300}));
  EXPECT_TRUE(data.labels.empty());
}

TEST(Table, NumbersColumnsThatHaveNoNames) {
  EXPECT_EQ(read("1,2\n3,4\n").columns, (std::vector<std::string>{"1", "2"}));
  EXPECT_EQ(read(",a\n3,4\n").columns, (std::vector<std::string>{"1", "a"}));
}

TEST(Table, KnowsAHeader) {
  const auto has_header = [](std::string_view text) { return scan_table(text, "f").header; };
  EXPECT_TRUE(has_header("a,b\n1,2\n"));
  EXPECT_TRUE(has_header("a,2019\n1,2\n"));
  EXPECT_TRUE(has_header("a,b\nx,y\n"));
  EXPECT_FALSE(has_header("1,2\n3,4\n"));
  EXPECT_FALSE(has_header("Bern,2\nChur,4\n"));
  EXPECT_FALSE(has_header("?,2\n3,4\n"));
}

TEST(Table, SumsUpItsColumns) {
  const Table table = scan_table(kPeople, "f");
  EXPECT_EQ(table.rows, 3);
  const TableColumn &age = table.columns[1], &city = table.columns[2];
  EXPECT_EQ(age.numbers, 2);
  EXPECT_EQ(age.missing, 1);
  EXPECT_EQ(age.low, 30);
  EXPECT_EQ(age.high, 41.5);
  EXPECT_FALSE(age.is_integer);
  EXPECT_EQ(city.texts, 3);
  EXPECT_EQ(city.words, (std::set<std::string>{"Bern", "Chur"}));
  EXPECT_TRUE(scan_table("a,b\n1,x\n1,x\n", "f").columns[0].is_constant());
  EXPECT_FALSE(scan_table("a,b\n1,x\n1,y\n", "f").columns[1].is_constant());
}

TEST(Table, MakesAFeatureOfEveryCategory) {
  const Dataset data = read("age,city\n1,Bern\n2,Chur\n", {.categorical = {"city"}});
  EXPECT_EQ(data.columns, (std::vector<std::string>{"age", "city=Bern", "city=Chur"}));
  EXPECT_EQ(values(data), (std::vector<float>{1, 1, 0, 2, 0, 1}));
}

TEST(Table, TakesLabelsFromAColumn) {
  const Dataset numbers = read("x,y\n1,7\n2,-1\n", {.label = "y"});
  EXPECT_EQ(numbers.labels, (std::vector<int32_t>{7, -1}));
  EXPECT_EQ(numbers.columns, (std::vector<std::string>{"x"}));
  EXPECT_TRUE(numbers.classes.empty());
  const Dataset texts = read("x,y\n1,b\n2,a\n3,b\n", {.label = "y"});
  EXPECT_EQ(texts.labels, (std::vector<int32_t>{1, 0, 1}));
  EXPECT_EQ(texts.classes, (std::vector<std::string>{"a", "b"}));
}

TEST(Table, NumbersTheTextsOfLabelsAsItIsTold) {
  const ReadOptions how{.label = "y", .classes = {"b", "a"}};
  EXPECT_EQ(read("x,y\n1,a\n", how).labels, (std::vector<int32_t>{1}));
  EXPECT_EQ(read("x,y\n1,a\n", how).classes, how.classes);
  EXPECT_EQ(refusal("x,y\n1,a\n1,c\n", how),
            "f.csv: line 3, column 2 (\"y\") holds \"c\", which is none of the classes b, a");
}

TEST(Table, NamesTheLineThatIsNotUtf8) {
  EXPECT_EQ(refusal("a,b\n1,2\n\xe9,3\n"), "f.csv:3: not UTF-8; convert the file with iconv");
}

TEST(Table, LeavesOutWhatIsIgnored) {
  EXPECT_EQ(read("a,id\n1,x7\n2,\n", {.ignore = {"id"}}).columns, (std::vector<std::string>{"a"}));
}

TEST(Table, NamesLineAndColumnOfText) {
  EXPECT_EQ(
      refusal(kPeople, {.missing = MissingValues::mean}),
      "f.csv: line 2, column 1 (\"name\") holds \"Ann\", expected a number; [data] categorical = [\"name\"] one-hot "
      "encodes text");
  EXPECT_EQ(refusal("1,2\n3,4\n5,1e39\n"), "f.csv: line 3, column 2 (\"2\") holds \"1e39\", expected a 32-bit number");
  EXPECT_EQ(refusal("a;b\n1,5;2\n"),
            "f.csv: line 2, column 1 (\"a\") holds \"1,5\", expected a number with a decimal point");
}

TEST(Table, NamesTheLineOfARaggedRow) {
  EXPECT_EQ(refusal("a,b\n1,2\n\n3\n"), "f.csv:4: 1 cell, the first row has 2");
  EXPECT_EQ(refusal("a,b\n1,2\n3,4,5\n"), "f.csv:3: 3 cells, the first row has 2");
}

TEST(Table, RefusesMissingValuesByDefault) {
  EXPECT_EQ(refusal("a,b\n1,2\n,4\n"),
            "f.csv: line 3, column 1 (\"a\") has no value; [data] missing = \"mean\" fills them in, \"drop\" leaves "
            "such rows out");
}

TEST(Table, KeepsMissingValuesForTheScaler) {
  const auto kept = values(read("a,c\n1,x\nNA,\n", {.missing = MissingValues::mean, .categorical = {"c"}}));
  ASSERT_EQ(kept.size(), 4u);
  EXPECT_TRUE(std::isnan(kept[2]));
  EXPECT_TRUE(std::isnan(kept[3]));
}

TEST(Table, DropsRowsWithMissingValues) {
  const Dataset data = read("a,b\n1,5\n,6\n3,7\n4,?\n", {.missing = MissingValues::drop, .label = "b"});
  EXPECT_EQ(values(data), (std::vector<float>{1, 3}));
  EXPECT_EQ(data.labels, (std::vector<int32_t>{5, 7}));
  EXPECT_EQ(refusal("a,b\n1,\n,2\n", {.missing = MissingValues::drop}),
            "f.csv: every row has a missing value, so that missing = \"drop\" leaves none");
}

TEST(Table, MakesTheFeaturesOfAModel) {
  const ReadOptions how{.label = "y", .categorical = {"city"}};
  const std::vector<std::string> features = {"city=Bern", "age", "city=Chur"};
  const Dataset data = read("city,more,age\nBern,x,1\nGenf,x,2\n", how, features);
  EXPECT_EQ(data.columns, features);
  EXPECT_EQ(values(data), (std::vector<float>{1, 1, 0, 0, 2, 0}));
  EXPECT_TRUE(data.labels.empty());
  EXPECT_EQ(refusal("city,old\nBern,1\n", how, features),
            "f.csv: no column \"age\", which the model was trained on; the file has city, old");
  EXPECT_EQ(refusal("age,old\n2,1\n", how, features),
            "f.csv: no column \"city\", which the model was trained on; the file has age, old");
}

TEST(Table, RefusesNamesThatAreNotThere) {
  EXPECT_EQ(refusal("age,b\n1,2\n", {.label = "agge"}), "f.csv: no column \"agge\"; did you mean \"age\"?");
  EXPECT_EQ(refusal("a,b\n1,2\n", {.label = "a", .categorical = {"a"}}), "f.csv: column \"a\" is used twice in [data]");
  EXPECT_EQ(refusal("a,a\n1,2\n1,2\n"), "f.csv: line 1: two columns are called \"a\"");
  EXPECT_EQ(refusal("a\n1\n", {.label = "a"}), "f.csv: no column is left for features");
}

TEST(Table, RefusesTablesWithoutRows) {
  EXPECT_EQ(refusal("\n\n"), "f.csv: no rows");
  EXPECT_EQ(refusal("a,b\n"), "f.csv: no rows after the header");
}

TEST(Table, RefusesTooManyCategories) {
  std::string text = "id,x\n";
  for (int i = 0; i < 1001; ++i) text += fmt::format("n{},1\n", i);
  EXPECT_EQ(refusal(text, {.categorical = {"id"}}), "f.csv: column \"id\" has more than 1000 categories");
  EXPECT_EQ(read(text, {.categorical = {"id"}}, {"id=n7", "x"}).rows(), 1001) << "the features of a model are fixed";
}

}  // namespace
}  // namespace hourglass

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

TEST(Table, EndsLinesAtCarriageReturnsOutsideOfQuotes) {
  EXPECT_EQ(values(read("a,b\r1,2\r3,4\r5,6\r")), (std::vector<float>{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(read("a,c\r1,\"x\ry\"\r3,z\r", {.categorical = {"c"}}).columns,
            (std::vector<std::string>{"a", "c=x\ry", "c=z"}));
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
  EXPECT_FALSE(age.is_integer());
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

TEST(Table, LeavesOutWhatIsIgnored) {
  EXPECT_EQ(read("a,id\n1,x7\n2,\n", {.ignore = {"id"}}).columns, (std::vector<std::string>{"a"}));
}

TEST(Table, NamesLineAndColumnOfText) {
  EXPECT_EQ(
      refusal(kPeople, {.missing = MissingValues::mean}),
      "f.csv: line 2, column 1 (\"name\") holds \"Ann\", expected a number; [data] categorical = [\"name\"] one-hot "
      "encodes text");
  EXPECT_EQ(refusal("1,2\n3,4\n5,1e39\n"), "f.csv: line 3, column 2 (\"2\") holds \"1e39\", expected a 32-bit number");
  EXPECT_EQ(
      refusal("a;b\n1,5;2\n2,5;3\n1.5;4\n"),
      "f.csv: line 4, column 1 (\"a\") holds \"1.5\", expected a number with a decimal comma, as the others have");
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
  const std::vector<std::string> features = {"city=Bern", "city=Chur", "age"};
  const Dataset data = read("city,more,age\nBern,x,1\nGenf,x,2\n", how, features);
  EXPECT_EQ(data.columns, features);
  EXPECT_EQ(values(data), (std::vector<float>{1, 0, 1, 0, 0, 2}));
  EXPECT_TRUE(data.labels.empty());
  EXPECT_EQ(refusal("city,old\nBern,1\n", how, features),
            "f.csv: no column \"age\", which the model was trained on; the file has city, old");
  EXPECT_EQ(refusal("age,old\n2,1\n", how, features),
            "f.csv: no column \"city\", which the model was trained on; the file has age, old");
}

TEST(Table, RefusesColumnsWhoseFeaturesCouldBeConfused) {
  const auto refused = [](std::string_view text, std::vector<std::string> categorical) {
    return refusal(text, {.categorical = std::move(categorical)});
  };
  EXPECT_EQ(refused("city,city=Bern\nBern,1\nChur,0\n", {"city"}),
            "f.csv: columns \"city\" and \"city=Bern\" make features that cannot be told apart, such as \"city=Bern\"; "
            "rename one of them, or leave one out: [data] ignore = [\"city=Bern\"]");
  const std::string start = "f.csv: columns \"a\" and \"a=b\" make features that cannot be told apart, such as ";
  EXPECT_TRUE(refused("a,a=b\nb=c,c\nx,d\n", {"a", "a=b"}).starts_with(start + "\"a=b=c\"")) << "equal names";
  EXPECT_TRUE(refused("a,a=b\nA,1\nAA,2\n", {"a"}).starts_with(start + "\"a=b\"")) << "one run of texts";
  EXPECT_TRUE(refused("a=b,a\n1,c\n2,d\n", {"a"}).starts_with(start + "\"a=b\"")) << "one run in front";
  EXPECT_TRUE(refused("a=x,a=y,a=z,a\n1,2,3,b\n4,5,6,c\n", {"a"}).find("columns \"a\" and \"a=x\"") !=
              std::string::npos)
      << "the numbers make the longer run";
}

TEST(Table, AModelFindsEveryColumnAgainWhereNamesBeginAlike) {
  const ReadOptions how{.categorical = {"a", "a=b"}};
  const std::string text = "a,n,a=b\nx,1,c\ny,2,d\n";
  const Dataset trained = read(text, how);
  EXPECT_EQ(trained.columns, (std::vector<std::string>{"a=x", "a=y", "n", "a=b=c", "a=b=d"}));
  EXPECT_EQ(values(read("a=b,a,n\nc,x,1\nd,y,2\n", how, trained.columns)), values(trained));
}

TEST(Table, RefusesAModelWithTwoFeaturesOfOneName) {
  EXPECT_EQ(refusal("a,b\n1,2\n", {}, {"a", "b", "a"}),
            "f.csv: the model has two features called \"a\", so their columns cannot be told apart");
}

TEST(Table, RefusesNamesThatAreNotThere) {
  EXPECT_EQ(refusal("age,b\n1,2\n", {.label = "agge"}), "f.csv: no column \"agge\"; did you mean \"age\"?");
  EXPECT_EQ(refusal("a,b\n1,2\n", {.label = "a", .categorical = {"a"}}), "f.csv: column \"a\" is used twice in [data]");
  EXPECT_EQ(refusal("a\n1\n", {.label = "a"}), "f.csv: no column is left for features");
}

/// The texts of the uncertain decisions, or of all of them.
std::string decisions(std::string_view text, bool all = true) {
  std::string found;
  for (const ReadingDecision& d : scan_table(text, "f").decisions)
    if (all || d.is_uncertain) found += d.text + "\n";
  return found;
}

bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST(Table, ReadsDecimalCommasAndThousandsByColumn) {
  EXPECT_EQ(values(read("a;b\n1,5;2.5\n-0,25;3.5\n")), (std::vector<float>{1.5f, 2.5f, -0.25f, 3.5f}));
  EXPECT_EQ(values(read("a;b\n1.234,56;7\n12,5;8\n")), (std::vector<float>{1234.56f, 7, 12.5f, 8}));
  EXPECT_EQ(values(read("a,b\n\"1,137\",1\n\"12,345\",2\n")), (std::vector<float>{1137, 1, 12345, 2}));
  EXPECT_EQ(values(read("a;b\n1 234;1,5\n7;2,5\n")), (std::vector<float>{1234, 1.5f, 7, 2.5f}));
  EXPECT_EQ(values(read("a,b\n$1.50,3.1%\n($2),4%\n")), (std::vector<float>{1.5f, 3.1f, -2, 4}));
  EXPECT_TRUE(says(decisions("a;b\n1,5;2\n2,5;3\n"), "numbers with a decimal comma: a"));
  EXPECT_TRUE(says(decisions("a,b\n1%,2\n2%,3\n"), "units of numbers are left out: a (%)"));
  EXPECT_TRUE(says(decisions("a,b\n1%,2\n0.5,3\n", false), "different units stand in one column"));
}

TEST(Table, LetsOtherColumnsDecideWhatASignBeforeThreeDigitsIs) {
  EXPECT_EQ(values(read("a;b\n1.234;1,5\n5.678;2,5\n")), (std::vector<float>{1234, 1.5f, 5678, 2.5f}));
  EXPECT_EQ(values(read("a;b\n1,234;1\n5,678;2\n")), (std::vector<float>{1.234f, 1, 5.678f, 2}));
  EXPECT_EQ(values(read("a;b\n1,234;1\n5,678;2\n", {.decimal = "."})), (std::vector<float>{1234, 1, 5678, 2}));
  EXPECT_TRUE(says(decisions("a;b\n1,234;1\n5,678;2\n", false), "could be a decimal sign"));
  EXPECT_EQ(decisions("a,b\n1.234,1\n5.678,2\n", false), "");
}

TEST(Table, MakesNamesUnique) {
  EXPECT_EQ(read("x,x,x.1\n1,2,3\n").columns, (std::vector<std::string>{"x", "x.2", "x.1"}));
  EXPECT_EQ(read("x,x,y\n1,2,3\n").columns, (std::vector<std::string>{"x", "x.1", "y"}));
  EXPECT_TRUE(says(decisions("x,x\n1,2\n", false), "the second \"x\" is called \"x.1\""));
}

TEST(Table, ReadsWhatRWrites) {
  const std::string table = "\"x\" \"kind\"\n\"first row\" 1.5 \"a\"\n\"2\" 2.5 \"b\"\n";
  EXPECT_EQ(read(table, {.categorical = {"kind"}}).columns, (std::vector<std::string>{"x", "kind=a", "kind=b"}));
  EXPECT_TRUE(scan_table(table, "f").columns[0].is_row_name);
  EXPECT_EQ(read("a,b\nr1,1,2\nr2,3,4\n").columns, (std::vector<std::string>{"a", "b"}));
}

TEST(Table, LetsADelimiterAtTheEndMakeNoColumn) {
  EXPECT_EQ(read("a,b,\n1,2,\n3,4,\n").columns, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(read("a,b\n1,2,\n3,4,\n").columns, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(read("a,b,\n1,2\n3,4\n").columns, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(read("1,2,\n3,4,\n").columns, (std::vector<std::string>{"1", "2"}));
}

TEST(Table, TakesNumbersForNamesWhereTheyAreUnlikeTheRows) {
  const auto has_header = [](std::string_view text) { return scan_table(text, "f").header; };
  std::string floats = "0.5,1.5,0.25,0.75\n", pairs = "0.5,1.5\n", years = "ch,0.5,1.5\n";
  for (int i = 0; i < 3; ++i) floats += floats, pairs += pairs, years += years;
  EXPECT_TRUE(has_header("0,1,2,3\n" + floats));
  EXPECT_TRUE(has_header("0,1\n" + pairs));
  EXPECT_TRUE(has_header("country,1990,1991\n" + years));
  EXPECT_TRUE(has_header(",0,1\n0,7,3\n1,9,5\n"));
  EXPECT_TRUE(has_header("0,1,2,3,4\n7,0,2,2,1\n0,0,3,9,1\n"));
  EXPECT_FALSE(has_header("1,2,3\n4,5,6\n7,8,9\n"));
  EXPECT_FALSE(has_header("0,1\n1,1\n0,0\n"));
  EXPECT_FALSE(has_header("Ann,0,1\nBob,1,1\n"));
  EXPECT_TRUE(says(decisions("0,1,2,3\n" + floats, false), "the first row is a header"));
  EXPECT_EQ(read("0,1,2,3\n" + floats, {.header = false}).rows(), 9);
}

TEST(Table, TakesTextsThatOccurAgainForData) {
  EXPECT_FALSE(scan_table("p,x\ne,x\np,y\n", "f").header);
  EXPECT_TRUE(scan_table("kind,shape\ne,x\np,y\n", "f").header);
  EXPECT_TRUE(scan_table(",name\n0,Ann\n1,Bob\n", "f").header);
  EXPECT_FALSE(scan_table("2020-01-01,a\n2020-01-02,b\n", "f").header);
  EXPECT_EQ(scan_table("p,x\ne,x\np,y\n", "f", {.header = true}).rows, 2);
}

TEST(Table, FindsTheHeaderOfAModelsColumns) {
  const std::vector<std::string> features = {"0", "1"};
  EXPECT_EQ(read_table("0,1\n3,4\n", "f", {}, features).rows(), 1);
}

TEST(Table, LeavesOutHeadersThatAreRepeated) {
  EXPECT_EQ(values(read("a,b\n1,2\na,b\n3,4\n")), (std::vector<float>{1, 2, 3, 4}));
  EXPECT_TRUE(says(decisions("a,b\n1,2\na,b\n3,4\n", false), "one row that repeats the header is left out"));
}

TEST(Table, TakesTextsAndNumbersOfTheRecipeForMissing) {
  const auto kept =
      values(read("a,b\n-999,1\n3,x\n", {.missing = MissingValues::mean, .missing_values = {"-999", "x"}}));
  EXPECT_TRUE(std::isnan(kept[0]));
  EXPECT_TRUE(std::isnan(kept[3]));
  EXPECT_TRUE(
      says(decisions("a,b\n-,1\nNone,2\n-,3\n"), "these texts stand for missing values: \"-\" (2), \"None\" (1)"));
}

TEST(Table, ReadsOtherEncodings) {
  EXPECT_EQ(read("gr\xf6\xdf\x65,x\n1,2\n").columns[0], "größe");
  EXPECT_TRUE(says(decisions("gr\xf6\xdf\x65,x\n1,2\n", false), "is read as Windows-1252"));
  EXPECT_EQ(read(std::string("\xff\xfex\0,\0y\0\n\0001\0,\0002\0\n\0", 18)).columns,
            (std::vector<std::string>{"x", "y"}));
}

TEST(Table, GivesAModelRowsWithAnyLabel) {
  const std::vector<std::string> features = {"x"};
  const ReadOptions how{.label = "y", .classes = {"normal"}};
  const Dataset both = read("x,y\n1,odd\n2,normal\n3,bad\n", how, features);
  EXPECT_EQ(both.labels, (std::vector<int32_t>{2, 0, 1}));
  EXPECT_EQ(both.classes, (std::vector<std::string>{"normal", "bad", "odd"}));
  const Dataset gap = read("x,y\n1,\n2,normal\n", how, features);
  EXPECT_EQ(gap.rows(), 2);
  EXPECT_TRUE(gap.labels.empty());
  ASSERT_EQ(gap.notes.size(), 1u);
  EXPECT_EQ(gap.notes[0], "f.csv: 1 row has no label in \"y\", so the labels are not used");
}

TEST(Table, TellsTextsThatTrainingDidNotSee) {
  const std::vector<std::string> features = {"x", "kind=A"};
  const Dataset data = read("x,kind\n1,Z\n2,A\n3,Y\n", {.categorical = {"kind"}}, features);
  ASSERT_EQ(data.notes.size(), 1u);
  EXPECT_EQ(data.notes[0], "f.csv: 2 rows have a text in \"kind\" that training did not see, such as \"Z\"");
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

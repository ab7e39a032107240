#include "hourglass/app/inspect.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <functional>

#include "hourglass/base/error.h"
#include "hourglass/base/file.h"
#include "hourglass/data/formats/npy.h"
#include "hourglass/data/source.h"

namespace hourglass {
namespace {

class Inspect : public testing::Test {
 protected:
  std::string file(const std::string& content) const {
    write_file_atomically(folder_.path() / "f", content);
    return (folder_.path() / "f").string();
  }
  TemporaryFolder folder_;
};

TEST_F(Inspect, ShowsATableAsItIs) {
  const std::string path = file("a;city;one\n1.5;Bern;1\n;Chur;1\n");
  const Inspection found = inspect_source(path);
  EXPECT_EQ(found.format, "CSV, delimiter ';', with a header");
  EXPECT_EQ(found.rows, 2);
  EXPECT_EQ(found.columns[0].missing, 1);
  EXPECT_TRUE(found.columns[2].is_constant());
  const ReadOptions how = suggested_reading(found).how;
  EXPECT_EQ(how.missing, MissingValues::mean);
  EXPECT_EQ(how.categorical, (std::vector<std::string>{"city"}));
  EXPECT_EQ(open_source(path, how).train.sample, Shape{4});
}

/// A table of 60 rows; `cells` gives the cells of a row.
std::string rows_of(const std::string& header, const std::function<std::string(int)>& cells) {
  std::string text = header + "\n";
  for (int i = 0; i < 60; ++i) text += cells(i) + "\n";
  return text;
}

std::string texts(const std::vector<ReadingDecision>& decisions) {
  std::string all;
  for (const ReadingDecision& d : decisions) all += d.text + " [" + d.key + "]\n";
  return all;
}

using Names = std::vector<std::string>;

TEST_F(Inspect, LeavesOutColumnsThatAreNoFeatures) {
  const std::string path = file(rows_of("row,code,name,day,remark,x,kind,nothing", [](int i) {
    return fmt::format("{},{},N{},2020-01-{:02},{},{},{},", i, 1000 + (7 * i) % 60, i, 1 + i % 28,
                       i < 40 ? fmt::format("r{}", i) : "r", 0.5 * (i % 7), i % 2 ? "a" : "b");
  }));
  const SuggestedReading found = suggested_reading(inspect_source(path));
  EXPECT_EQ(found.how.ignore, (Names{"nothing", "row", "code", "day", "remark", "name"}));
  EXPECT_EQ(found.how.categorical, (Names{"kind"}));
  const std::string told = texts(found.decisions);
  EXPECT_NE(told.find("they count the rows in even steps, which makes every later row abnormal: row [numeric]"),
            std::string::npos)
      << told;
  EXPECT_NE(told.find("they are ids, a different integer in every row: code [numeric]"), std::string::npos) << told;
  EXPECT_NE(told.find("they are dates or times, which are no numbers: day [categorical]"), std::string::npos) << told;
  EXPECT_EQ(open_source(path, found.how).train.sample, Shape{3});
  EXPECT_EQ(suggested_reading(inspect_source(path), {.numeric = {"row"}}).how.ignore,
            (Names{"nothing", "code", "day", "remark", "name"}));
}

TEST_F(Inspect, KeepsNumbersWhereNothingElseIsLeft) {
  EXPECT_EQ(suggested_reading(inspect_source(file(rows_of("t", [](int i) { return std::to_string(i); })))).how.ignore,
            Names());
}

TEST_F(Inspect, NeverLetsMixedColumnsFailATraining) {
  const std::string path = file(rows_of("ticket,age,grade,x", [](int i) {
    return fmt::format("{},{},{},{}", i % 3 ? std::to_string(1000 + 17 * i) : fmt::format("A/{}", i),
                       i == 7 ? "old" : std::to_string(i % 9), i % 2 ? "1" : "1b", i % 11);
  }));
  const SuggestedReading found = suggested_reading(inspect_source(path));
  EXPECT_EQ(found.how.ignore, (Names{"ticket"}));
  EXPECT_EQ(found.how.categorical, (Names{"grade"}));
  EXPECT_EQ(found.how.missing_values, (Names{"old"}));
  const std::string told = texts(found.decisions);
  EXPECT_NE(told.find("ticket (40 numbers, 20 texts such as \"A/0\")"), std::string::npos) << told;
  EXPECT_NE(told.find("age (59 numbers, 1 text such as \"old\")"), std::string::npos) << told;
  EXPECT_EQ(open_source(path, found.how).train.sample, Shape{4});
}

/// A tenth of the rows may be held out, and with them all values of such a column.
TEST_F(Inspect, LeavesOutColumnsThatAreNearlyEmpty) {
  std::string text = "a,b,rare,some\n";
  for (int i = 0; i < 60; ++i)
    text +=
        fmt::format("{},{},{},{}\n", i * i % 17 + 0.5, i % 7 * 1.5, i % 15 == 3 ? "2.5" : "", i % 10 == 4 ? "7.5" : "");
  EXPECT_EQ(suggested_reading(inspect_source(file(text)), {}).how.ignore, (Names{"rare"}));
}

TEST_F(Inspect, AddsToWhatIsGiven) {
  const Inspection found = inspect_source(file("a,city,land,empty\n1,Bern,ch,\n2,Rome,it,\n"));
  const auto given_label = suggested_reading(found, {.label = "land"}).how;
  EXPECT_EQ(given_label.categorical, (Names{"city"}));
  EXPECT_EQ(given_label.ignore, (Names{"empty"}));
  const auto given =
      suggested_reading(found, {.missing = MissingValues::drop, .categorical = {"city"}, .ignore = {"a"}}).how;
  EXPECT_EQ(given.missing, MissingValues::drop);
  EXPECT_EQ(given.categorical, (Names{"city", "land"}));
  EXPECT_EQ(given.ignore, (Names{"a", "empty"}));
}

TEST_F(Inspect, TellsWhatMayBeALabel) {
  const std::string path =
      file(rows_of("x,species", [](int i) { return fmt::format("{},{}", i % 11, i % 3 ? "a" : "b"); }));
  EXPECT_NE(texts(suggested_reading(inspect_source(path)).decisions).find("data.label = \"species\""),
            std::string::npos);
  EXPECT_EQ(texts(suggested_reading(inspect_source(path), {.label = "species"}).decisions).find("data.label"),
            std::string::npos);
}

TEST_F(Inspect, TellsOneNumberThatTakesTheWholeRange) {
  const auto told = [&](const std::string& outlier) {
    const std::string path = file(rows_of(
        "a,b", [&](int i) { return fmt::format("{},{}", i == 9 ? outlier : fmt::format("{}", i % 17 * 0.5), i % 5); }));
    return texts(suggested_reading(inspect_source(path)).decisions);
  };
  EXPECT_NE(told("1e9").find("in \"a\" the number 1000000000 (1 of 60 rows) takes 100 % of the range"),
            std::string::npos)
      << told("1e9");
  EXPECT_NE(told("-999").find("data.missing_values = [-999]"), std::string::npos);
  EXPECT_EQ(told("30").find("the range"), std::string::npos);
}

TEST_F(Inspect, RecordsWhatOtherFilesMayNotShow) {
  EXPECT_EQ(suggested_reading(inspect_source(file("a;b\n1,5;2\n2,5;3\n"))).how.decimal, ",");
  EXPECT_EQ(suggested_reading(inspect_source(file("a,b\n1,2\n2,3\n"))).how,
            ReadOptions{.missing = MissingValues::mean});
  EXPECT_EQ(suggested_reading(inspect_source(file("p,x\ne,x\np,y\n"))).how.header, std::optional(false));
}

TEST_F(Inspect, SumsUpTheFeaturesOfAnArray) {
  Tensor t(DType::f32, {3, 2});
  t.as<float>()[1] = 2;
  t.as<float>()[5] = std::nanf("");
  const Inspection found = inspect_source(file(npy_bytes(t)));
  EXPECT_EQ(found.format, "floats");
  EXPECT_EQ(found.sample, Shape{2});
  EXPECT_TRUE(found.columns[0].is_constant());
  EXPECT_EQ(found.columns[1].high, 2);
  EXPECT_EQ(found.columns[1].missing, 1);
  EXPECT_EQ(suggested_reading(found).how.missing, MissingValues::mean);
}

TEST_F(Inspect, DescribesOfManyFeaturesOnlyThoseWithAnOutlier) {
  Tensor t(DType::f32, {30, 3000});
  for (int64_t i = 0; i < t.size(); ++i) t.as<float>()[i] = static_cast<float>(i % 3000 == 7 ? 3 : i % 11);
  t.as<float>()[20 * 3000 + 2500] = 1e7F;
  t.as<float>()[2999] = std::nanf("");
  const Inspection found = inspect_source(file(npy_bytes(t)));
  ASSERT_EQ(found.columns.size(), 1u);
  EXPECT_EQ(found.columns[0].name, "2501");
  EXPECT_EQ(found.summary.columns, 3000);
  EXPECT_EQ(found.summary.constant, 1);
  EXPECT_EQ(found.summary.missing, 1);
  EXPECT_EQ(found.summary.with_outlier, 1);
  EXPECT_EQ(found.summary.low, 0);
  EXPECT_EQ(found.summary.high, 1e7F);
  EXPECT_EQ(suggested_reading(found).how.missing, MissingValues::mean);
  EXPECT_NE(texts(suggested_reading(found).decisions).find("in \"2501\" the number 10000000 (1 of 30 rows)"),
            std::string::npos);
}

TEST_F(Inspect, TellsOfAFewOutliersAndCountsTheOthers) {
  Tensor t(DType::f32, {30, 100});
  for (int64_t i = 0; i < t.size(); ++i) t.as<float>()[i] = static_cast<float>(i / 100 == 20 ? 1e7 : i / 100 % 11);
  const Inspection found = inspect_source(file(npy_bytes(t)));
  EXPECT_EQ(found.columns.size(), Inspection::kMostShown);
  EXPECT_EQ(found.summary.with_outlier, 100);
  const auto decisions = suggested_reading(found).decisions;
  EXPECT_EQ(decisions.size(), 9u);
  EXPECT_NE(texts(decisions).find("nearly all of the range in 92 more features"), std::string::npos);
}

TEST_F(Inspect, TakesATextThatAnotherColumnHasForACategory) {
  const auto ignored = [&](const std::string& other) {
    const std::string path = file(rows_of("a,b,c", [&](int i) {
      return fmt::format("{},{},{}", i == 9 ? "low" : std::to_string(i % 17), i % 2 ? other : "high", i % 7);
    }));
    return suggested_reading(inspect_source(path)).how.ignore;
  };
  EXPECT_EQ(ignored("low"), (std::vector<std::string>{"a"}));
  EXPECT_EQ(ignored("medium"), std::vector<std::string>());
}

}  // namespace
}  // namespace hourglass

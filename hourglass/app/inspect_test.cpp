#include "hourglass/app/inspect.h"

#include <gtest/gtest.h>

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
  const ReadOptions how = suggested_reading(found);
  EXPECT_EQ(how.missing, MissingValues::mean);
  EXPECT_EQ(how.categorical, (std::vector<std::string>{"city"}));
  EXPECT_EQ(open_source(path, how).train.sample, Shape{4});
}

TEST_F(Inspect, SuggestsToIgnoreNames) {
  std::string text = "name,x\n";
  for (int i = 0; i < 51; ++i) text += fmt::format("n{},1\n", i);
  EXPECT_EQ(suggested_reading(inspect_source(file(text))).ignore, (std::vector<std::string>{"name"}));
}

TEST_F(Inspect, DoesNotTakeStrayTextForCategories) {
  EXPECT_EQ(suggested_reading(inspect_source(file("a,b\n1,2\n2,oops\n"))), ReadOptions());
  EXPECT_EQ(suggested_reading(inspect_source(file("a;b\n1;2,5\n2;3,5\n"))), ReadOptions());
}

TEST_F(Inspect, AddsToWhatIsGivenOnlyWhatItLeavesOpen) {
  const Inspection found = inspect_source(file("a,city,land,empty\n1,Bern,ch,\n2,Rome,it,\n"));
  const auto given_label = suggested_reading(found, {.label = "land"});
  EXPECT_EQ(given_label.categorical, (std::vector<std::string>{"city"}));
  EXPECT_EQ(given_label.ignore, (std::vector<std::string>{"empty"}));
  const auto given_category = suggested_reading(found, {.missing = MissingValues::drop, .categorical = {"city"}});
  EXPECT_EQ(given_category.missing, MissingValues::drop);
  EXPECT_EQ(given_category.ignore, (std::vector<std::string>{"land", "empty"}));
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
  EXPECT_EQ(suggested_reading(found).missing, MissingValues::mean);
}

}  // namespace
}  // namespace hourglass

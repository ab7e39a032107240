#include "hourglass/data/feature_columns.h"

#include <gtest/gtest.h>

namespace hourglass {
namespace {

using Names = std::vector<std::string>;

/// "NAME@FIRST" of a numeric column, "NAME@FIRST:TEXT,TEXT" of a categorical one.
Names columns(const Names& features, const Names& categorical) {
  Names found;
  for (const FeatureColumn& c : feature_columns(features, categorical)) {
    found.push_back(c.name + "@" + std::to_string(c.first));
    for (const std::string& text : c.texts) found.back() += (&text == c.texts.data() ? ":" : ",") + text;
  }
  return found;
}

TEST(FeatureColumns, OfNumbersAreTheFeatures) {
  EXPECT_EQ(columns({"a", "b=1", "c"}, {}), (Names{"a@0", "b=1@1", "c@2"}));
  EXPECT_EQ(columns({}, {"city"}), Names());
}

TEST(FeatureColumns, GatherTheTextsOfCategories) {
  EXPECT_EQ(columns({"a", "city=Bern", "city=Rome, Italy", "b", "kind=", "kind=x=y"}, {"kind", "city"}),
            (Names{"a@0", "city@1:Bern,Rome, Italy", "b@3", "kind@4:,x=y"}));
}

TEST(FeatureColumns, ARunOfTwoColumnsIsCutBetweenThem) {
  EXPECT_EQ(columns({"k=A", "k=B", "l=A"}, {"k", "l"}), (Names{"k@0:A,B", "l@2:A"}));
}

TEST(FeatureColumns, NumericColumnsMayBeCalledLikeACategory) {
  EXPECT_EQ(columns({"k=A", "k=A", "k=B", "v"}, {"k"}), (Names{"k=A@0", "k@1:A,B", "v@3"}));
  EXPECT_EQ(columns({"k=A", "k=B", "v", "k=A"}, {"k"}), (Names{"k@0:A,B", "v@2", "k=A@3"}));
  EXPECT_EQ(columns({"k=B", "k=A", "k=B"}, {"k"}), (Names{"k=B@0", "k@1:A,B"}));
}

TEST(FeatureColumns, OfCategoriesMayHaveNamesThatBeginAlike) {
  EXPECT_EQ(columns({"k=A", "k=B", "k=A=x", "k=A=y"}, {"k", "k=A"}), (Names{"k@0:A,B", "k=A@2:x,y"}));
}

}  // namespace
}  // namespace hourglass

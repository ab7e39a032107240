#include <gtest/gtest.h>

#include "hourglass/base/error.h"
#include "hourglass/data/dataset.h"
#include "support/message_of.h"

namespace hourglass {
namespace {

Dataset labelled(const std::string& name, const std::vector<int32_t>& labels) {
  return {name, {1}, std::vector<float>(labels.size()), labels};
}

TEST(Labels, BecomeClassesInAscendingOrder) {
  const Dataset train = labelled("train", {7, -1, 30, 7, 7});
  const auto labels = distinct_labels(train);
  EXPECT_EQ(labels, (std::vector<int32_t>{-1, 7, 30}));
  EXPECT_EQ(classes_of(train, labels), (std::vector<int32_t>{1, 0, 2, 1, 1}));
  EXPECT_EQ(classes_of(labelled("test", {30}), labels), std::vector<int32_t>{2});
}

TEST(Labels, AreNeededOfAtLeastTwoKinds) {
  Dataset bare = labelled("bare", {1, 2});
  bare.labels.clear();
  EXPECT_EQ(message_of<Error>([&] { distinct_labels(bare); }), "bare: no labels");
  EXPECT_EQ(message_of<Error>([&] { classes_of(bare, {1}); }), "bare: no labels");
  EXPECT_EQ(message_of<Error>([] {
              distinct_labels(labelled("ones", {1, 1, 1}));
            }),
            "ones: every label is 1; a classifier needs at least two classes");
}

TEST(Labels, OfTheTestPartAreAmongThoseOfTheTrainingPart) {
  EXPECT_EQ(message_of<Error>([] {
              classes_of(labelled("test", {0, 2, 5, 9}), {0, 2, 4});
            }),
            "test: row 3 has label 5, which no training row has (0, 2, 4)");
}

}  // namespace
}  // namespace hourglass

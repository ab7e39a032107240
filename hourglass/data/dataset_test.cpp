#include "hourglass/data/dataset.h"

#include <gtest/gtest.h>

#include <bit>

#include "hourglass/base/error.h"
#include "hourglass/base/hash.h"
#include "support/message_of.h"

namespace hourglass {
namespace {

TEST(Dataset, CountsRows) {
  EXPECT_EQ((Dataset{"d", {3}, std::vector<uint8_t>(12), {}}).rows(), 4);
  EXPECT_EQ((Dataset{"d", {1, 2, 2}, std::vector<float>(12), {}}).rows(), 3);
}

TEST(Dataset, SlicesValuesAndLabels) {
  const Dataset data{"d", {2}, std::vector<float>{0, 1, 2, 3, 4, 5, 6, 7}, {10, 11, 12, 13}};
  const Dataset part = data.slice(1, 2);
  EXPECT_EQ(std::get<1>(part.values), (std::vector<float>{2, 3, 4, 5}));
  EXPECT_EQ(part.labels, (std::vector<int32_t>{11, 12}));
  EXPECT_EQ(part.sample, data.sample);
  EXPECT_EQ(part.name, "d");
}

TEST(Dataset, SlicesWithoutLabels) {
  const Dataset data{"d", {2}, std::vector<uint8_t>{0, 1, 2, 3}, {}};
  EXPECT_TRUE(data.slice(1, 1).labels.empty());
  EXPECT_EQ(data.slice(2, 0).rows(), 0);
}

TEST(Dataset, HasTheSha256OfItsValues) {
  const std::string abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  EXPECT_EQ((Dataset{"d", {3}, std::vector<uint8_t>{'a', 'b', 'c'}, {7}}).sha256(), abc);
  const float abcd = std::bit_cast<float>(0x64636261);
  EXPECT_EQ((Dataset{"d", {1}, std::vector<float>{abcd}, {}}).sha256(), sha256_hex("abcd"));
}

TEST(Dataset, ChecksSizesThatAFileClaims) {
  EXPECT_EQ(announced_size({2, 3, 4}, "f"), 24);
  EXPECT_EQ(message_of<Error>([] {
              announced_size({int64_t{1} << 40, int64_t{1} << 40}, "f");
            }),
            "f: header says 1099511627776 × 1099511627776: more than any file can hold");
}

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

#include "hourglass/base/text.h"

#include <gtest/gtest.h>

#include <vector>

namespace hourglass {
namespace {

const std::vector<std::string> kLayers = {"dense", "conv2d", "conv_transpose2d", "relu", "elu", "sigmoid"};

TEST(NearestName, FindsASwapOfTwoLetters) { EXPECT_EQ(nearest_name("dnese", kLayers), "dense"); }
TEST(NearestName, FindsAMissingAndAnExtraLetter) {
  EXPECT_EQ(nearest_name("conv_transpos2d", kLayers), "conv_transpose2d");
  EXPECT_EQ(nearest_name("sigmoidd", kLayers), "sigmoid");
}
TEST(NearestName, CountsASwapAsOneStep) {
  EXPECT_EQ(nearest_name("ba", std::vector<std::string>{"xyz", "ab"}), "ab");
  EXPECT_EQ(nearest_name("bax", std::vector<std::string>{"abx"}), "abx");
}
TEST(NearestName, TakesTheClosest) { EXPECT_EQ(nearest_name("rlu", kLayers), "relu"); }
TEST(NearestName, FindsNothingFarAway) {
  EXPECT_EQ(nearest_name("transformer", kLayers), std::nullopt);
  EXPECT_EQ(nearest_name("", kLayers), std::nullopt);
  EXPECT_EQ(nearest_name("x", std::vector<std::string>{"y"}), std::nullopt);
  EXPECT_EQ(nearest_name("dense", {}), std::nullopt);
}
TEST(NearestName, BoundsTheCostOfALongName) {
  EXPECT_EQ(nearest_name(std::string(1 << 20, 'd'), kLayers), std::nullopt);
}

TEST(DidYouMean, OffersTheNearestOrAllNames) {
  EXPECT_EQ(did_you_mean("dnese", kLayers), "; did you mean \"dense\"?");
  EXPECT_EQ(did_you_mean("lstm", std::vector<std::string>{"dense", "relu"}), "; known: dense, relu");
  EXPECT_EQ(did_you_mean("lstm", {}), "");
}

TEST(ShellQuoted, MakesOneWordOfAnyText) {
  EXPECT_EQ(shell_quoted("runs/mnist-1.0"), "runs/mnist-1.0");
  EXPECT_EQ(shell_quoted("my run"), "'my run'");
  EXPECT_EQ(shell_quoted("it's $HOME"), "'it'\\''s $HOME'");
  EXPECT_EQ(shell_quoted(""), "''");
}

}  // namespace
}  // namespace hourglass

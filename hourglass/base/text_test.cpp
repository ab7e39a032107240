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

TEST(Listed, ShowsTheFirstNamesAndCountsTheOthers) {
  EXPECT_EQ(listed(kLayers, 6), "dense, conv2d, conv_transpose2d, relu, elu, sigmoid");
  EXPECT_EQ(listed(kLayers, 2), "dense, conv2d and 4 more");
  EXPECT_EQ(listed({}), "");
}

TEST(Beginning, CutsNoCharacterInTwo) {
  EXPECT_EQ(beginning("größe", 7), "größe");
  EXPECT_EQ(beginning("größe", 4), "grö…");
  EXPECT_EQ(beginning("größe", 3), "gr…");
  EXPECT_EQ(beginning("\x80\x80", 1), "…");
}

TEST(LowerCase, ChangesAsciiLetters) { EXPECT_EQ(lower_case("PassengerId Ä 1"), "passengerid Ä 1"); }

TEST(ShellQuoted, MakesOneWordOfAnyText) {
  EXPECT_EQ(shell_quoted("runs/mnist-1.0"), "runs/mnist-1.0");
  EXPECT_EQ(shell_quoted("my run"), "'my run'");
  EXPECT_EQ(shell_quoted("it's $HOME"), "'it'\\''s $HOME'");
  EXPECT_EQ(shell_quoted(""), "''");
}

TEST(ShellPath, IsNoOption) {
  EXPECT_EQ(shell_path("dir/a.csv"), "dir/a.csv");
  EXPECT_EQ(shell_path("-rf"), "./-rf");
  EXPECT_EQ(shell_path("-a b; rm *"), "'./-a b; rm *'");
}

}  // namespace
}  // namespace hourglass

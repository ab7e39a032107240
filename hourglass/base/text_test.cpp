#include "hourglass/base/text.h"

#include <gtest/gtest.h>

#include <cmath>
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

TEST(NumberFrom, TakesNumbersTooSmallForTheTypeForZero) {
  const std::string zeros(400, '0');
  const std::vector<std::string> all_tiny = {"1e-400",
                                             "-1E-400",
                                             "0." + zeros + "1",
                                             "12.5e-999999999999999999999",
                                             "0." + zeros + "1e+5",
                                             "0." + zeros.substr(0, 30) + "9e-330",
                                             "1" + zeros.substr(0, 20) + "e-400"};
  for (const std::string& tiny : all_tiny) {
    const auto number = number_from<double>(tiny);
    ASSERT_TRUE(number) << tiny;
    EXPECT_EQ(*number, 0) << tiny;
    EXPECT_EQ(std::signbit(*number), tiny[0] == '-') << tiny;
  }
  EXPECT_GT(number_from<double>("1e-310").value_or(0), 0);
  EXPECT_GT(number_from<double>("0." + zeros + "1e+390").value_or(0), 0);
  const std::vector<std::string> all_huge = {
      "1e400", "-1e400", "1" + zeros, "1" + zeros + "e-5", "0.001e999999999999999999999", "0.1e400"};
  for (const std::string& huge : all_huge) EXPECT_FALSE(number_from<double>(huge)) << huge;
  EXPECT_FALSE(number_from<int32_t>("99999999999"));
}

TEST(ShellQuoted, MakesOneWordOfAnyText) {
  EXPECT_EQ(shell_quoted("runs/mnist-1.0"), "runs/mnist-1.0");
  EXPECT_EQ(shell_quoted("my run"), "'my run'");
  EXPECT_EQ(shell_quoted("it's $HOME"), "'it'\\''s $HOME'");
  EXPECT_EQ(shell_quoted(""), "''");
}

}  // namespace
}  // namespace hourglass

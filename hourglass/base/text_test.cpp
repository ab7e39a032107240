#include "hourglass/base/text.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "hourglass/base/error.h"

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

TEST(NearestName, ComparesNoNamesOfMoreThan200Bytes) {
  const std::string longest(200, 'a'), longer(201, 'a');
  EXPECT_EQ(nearest_name(longest, std::vector{longer, "b" + longest.substr(1)}), "b" + longest.substr(1));
  EXPECT_EQ(nearest_name(longer, std::vector{longer + "b"}), std::nullopt);
}
/// 300,000 × 200² steps would take a minute.
TEST(NearestName, BoundsTheCostOfManyNames) {
  const std::vector<std::string> many(300'000, std::string(200, 'x'));
  EXPECT_EQ(nearest_name(std::string(200, 'd'), many), std::nullopt);
}

TEST(Listed, ShowsTheFirstNamesAndCutsLongOnes) {
  EXPECT_EQ(listed(std::vector<std::string>{}), "");
  EXPECT_EQ(listed(std::vector<std::string>{"a", "b", "c"}, 2), "a, b and 1 more");
  EXPECT_EQ(listed(std::vector<std::string>(20, "a")).find("more"), std::string::npos);
  EXPECT_EQ(listed(std::vector<std::string>{std::string(99, 'a') + "ä"}), std::string(99, 'a') + "…");
  EXPECT_LT(did_you_mean("?", std::vector<std::string>(300'000, std::string(400, 'x'))).size(), 2500u);
}

TEST(Printable, MakesVisibleWhatATerminalWouldObey) {
  EXPECT_EQ(printable("größe 漢 😀 \\"), "größe 漢 😀 \\");
  EXPECT_EQ(printable("\x1b]0;x\x07"), "\\u001b]0;x\\u0007");
  EXPECT_EQ(printable("a\x7f\u009b2Jb"), "a\\u007f\\u009b2Jb");
  EXPECT_EQ(printable("\u202Etxt\u2069"), "\\u202etxt\\u2069");
  EXPECT_EQ(printable("\xff\xe2\x82"), "\\xff\\xe2\\x82");
  EXPECT_EQ(printable("\x9b"), "\\x9b") << "a control character of an 8-bit terminal";
  EXPECT_EQ(printable(std::string_view("a\0b", 3)), "a\\u0000b");
  EXPECT_EQ(printable("a\tb\r\n"), "a\\tb\\u000d\\n");
  EXPECT_EQ(printable_lines("a\tb\r\n"), "a\tb\\u000d\n");
}

TEST(Printable, ChangesNothingTheSecondTime) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  EXPECT_EQ(printable(printable(all)), printable(all));
  EXPECT_EQ(printable(all).find_first_of(std::string_view("\0\x1b\r\n\x7f", 5)), std::string::npos);
  EXPECT_EQ(first_not_utf8(printable(all)), std::nullopt);
}

TEST(Printable, CutsTheMiddleOfALongMessage) {
  const std::string message = "file: " + std::string(1 << 20, 'x') + "; rename it";
  const std::string shown = printable_message(message);
  EXPECT_LT(shown.size(), 4100u);
  EXPECT_EQ(shown.find("file: xxx"), 0u);
  EXPECT_NE(shown.find("xxx; rename it"), std::string::npos);
  EXPECT_NE(shown.find("bytes are left out"), std::string::npos);
  std::string wide = "x";
  for (int i = 0; i < 3000; ++i) wide += "ä";
  EXPECT_EQ(printable_message(wide).find("\\x"), std::string::npos) << "a character is cut in two";
}

TEST(Printable, IndentsTheLinesOfAMessage) {
  EXPECT_EQ(terminal_message("no file a\nerror: b\n  c\nd\n"), "no file a\n  error: b\n  c\n  d\n");
}

TEST(ErrorMessage, IsSafeToShowAndNotCutByNul) {
  const std::string name("x\0\x1b[2J\xff", 7);
  EXPECT_STREQ(Error(name + ": no such file").what(), "x\\u0000\\u001b[2J\\xff: no such file");
  EXPECT_STREQ(RuntimeFailure(name).what(), "x\\u0000\\u001b[2J\\xff");
}

TEST(ValidUtf8, ReplacesEveryByteThatIsNotText) {
  EXPECT_EQ(valid_utf8("größe"), "größe");
  EXPECT_EQ(valid_utf8("a\xff\xc3"), "a\uFFFD\uFFFD");
  EXPECT_EQ(valid_utf8("\xed\xa0\x80"), "\uFFFD\uFFFD\uFFFD") << "half of a surrogate pair";
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

#include "hourglass/base/schema/toml.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "hourglass/base/error.h"

namespace hourglass {
namespace {

std::string message_of(const std::string& text) {
  try {
    parse_toml(text, "t");
  } catch (const Error& e) {
    return e.what();
  }
  return "nothing was thrown";
}

Value value_of(const std::string& text) {
  return std::move(parse_toml("v = " + text, "t").as<Value::Table>()->at(0).value);
}

TEST(Toml, ReadsBackWhatItWrites) {
  const std::string text = R"({ a = [1, -2, 0.1, true, "é\n\"", [], {}], b = { c = 1e-300 }, z = 1.0 })";
  EXPECT_EQ(toml_text(value_of(text)), text);
}

TEST(Toml, KeepsTheOrderOfKeys) { EXPECT_EQ(toml_text(value_of("{ b = 1, a = 2 }")), "{ b = 1, a = 2 }"); }

RC_GTEST_PROP(Toml, KeepsEveryBitOfADouble, (double x)) {
  RC_PRE(std::isfinite(x));
  RC_ASSERT(*value_of(toml_text({x, {}})).as<double>() == x);
}

RC_GTEST_PROP(Toml, KeepsEveryAsciiText, ()) {
  const auto text =
      *rc::gen::container<std::string>(rc::gen::map(rc::gen::inRange(0, 128), [](int c) { return char(c); }));
  RC_ASSERT(*value_of(toml_text({text, {}})).as<std::string>() == text);
}

TEST(Toml, KnowsWhereEverythingStands) {
  const Value root = parse_toml("[train]\nepochs = 3\n", "r.toml");
  const Value::Entry& train = root.as<Value::Table>()->at(0);
  EXPECT_EQ(train.value.as<Value::Table>()->at(0).place.text(), "r.toml:2:1");
  EXPECT_EQ(train.value.as<Value::Table>()->at(0).value.place.text(), "r.toml:2:10");
}

TEST(Toml, NamesLineAndColumnOfAnError) {
  EXPECT_EQ(message_of("a = 1\n[train\nepochs = ").substr(0, 6), "t:2:7:");
  EXPECT_EQ(message_of("a = \"\xff\"").substr(0, 4), "t:1:");
  EXPECT_EQ(message_of("a = 1979-05-27"), "t:1:5: dates and times have no meaning here");
}

TEST(Toml, RefusesDeepNestingWithoutOverflowingTheStack) {
  EXPECT_NE(message_of("a = " + std::string(1'000'000, '[')), "nothing was thrown");
  for (const char* part : {"a.", "\"=\".", "'#' . ", "a\t.\t"}) {
    std::string name;
    for (int i = 0; i < 200'000; ++i) name += part;
    EXPECT_EQ(message_of("b = 1\n" + name + "a = 1"), "t:2: a name of more than 8 parts") << part;
    EXPECT_EQ(message_of("[" + name + "a]"), "t:1: a name of more than 8 parts") << part;
    EXPECT_EQ(message_of("x = \"\"\"\"quoted\\\"\"\"\"\"\ny = ''''''\n" + name), "t:3: a name of more than 8 parts");
  }
}

TEST(Toml, RefusesDeepTablesOfLongNames) {
  std::string text = "a.a.a.a.a.a.a.a = ";
  for (int i = 0; i < 250; ++i) text += "{ a.a.a.a.a.a.a.a = ";
  EXPECT_NE(message_of(text + "1" + std::string(250, '}')).find("nested deeper than 64 levels"), std::string::npos);
}

TEST(Toml, CountsDotsInNamesOnly) {
  const std::string dots(1000, '.');
  EXPECT_EQ(message_of("a = \"" + dots + "\" # " + dots + "\nb = '''\n" + dots + "'''\nc = \"\\\"" + dots + "\"\n"),
            "nothing was thrown");
  std::string numbers;
  for (int i = 0; i < 100; ++i) numbers += "0.5, ";
  EXPECT_EQ(message_of("a = [" + numbers + "]"), "nothing was thrown");
}

}  // namespace
}  // namespace hourglass

#include "hourglass/base/schema/json.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "hourglass/base/error.h"
#include "hourglass/base/schema/json_line.h"

namespace hourglass {
namespace {

std::string message_of(const std::string& text) {
  try {
    parse_json(text, "j");
  } catch (const Error& e) {
    return e.what();
  }
  return "nothing was thrown";
}

TEST(Json, ReadsBackWhatItWrites) {
  const std::string text = R"({"a":[1,-2,0.1,true,"é\n\"",[],{}],"b":{"c":1e-300},"z":1.0})";
  EXPECT_EQ(json_text(parse_json(text, "j")), text);
}

TEST(Json, KeepsTheOrderOfKeys) {
  EXPECT_EQ(json_text(parse_json(R"( {"b" : 1, "a" : 2} )", "j")), R"({"b":1,"a":2})");
}

RC_GTEST_PROP(Json, KeepsEveryBitOfADouble, (double x)) {
  RC_PRE(std::isfinite(x));
  RC_ASSERT(*parse_json(json_text({x, {}}), "j").as<double>() == x);
}

TEST(Json, TellsWholeNumbersFromOthers) {
  EXPECT_NE(parse_json("9223372036854775807", "j").as<int64_t>(), nullptr);
  EXPECT_NE(parse_json("9223372036854775808", "j").as<double>(), nullptr);
  EXPECT_NE(parse_json("1.0", "j").as<double>(), nullptr);
}

TEST(Json, RefusesWhatIsNotStrictJson) {
  for (const char* text :
       {"", "{", "[1,]", "{'a':1}", "[1] x", "NaN", "[01]", "1e999", "\"\xff\"", "\"\t\"", "// c\n1"})
    EXPECT_EQ(message_of(text).substr(0, 14), "j: JSON: byte ") << text;
}

TEST(Json, RefusesNullAndDuplicateKeys) {
  EXPECT_EQ(message_of("[null]"), "j: JSON: null is not allowed");
  EXPECT_EQ(message_of(R"({"a":1,"b":2,"a":3})"), "j: JSON: key \"a\" appears twice");
}

TEST(Json, BoundsDepthAndSize) {
  EXPECT_EQ(message_of(std::string(64, '[') + std::string(64, ']')), "nothing was thrown");
  EXPECT_EQ(message_of(std::string(65, '[') + std::string(65, ']')), "j: JSON: nested deeper than 64 levels");
  std::string many = "[0";
  for (int i = 0; i < 1'000'000; ++i) many += ",0";
  EXPECT_EQ(message_of(many + "]"), "j: JSON: more than 1000000 values");
}

TEST(Json, RefusesToWriteTextThatIsNotUtf8) {
  const Value text{"x\xff", {}};
  const Value list{Value::List{text, text}, {}};
  const Value nested{Value::Table{Value::Entry{"a", {}, list}}, {}},
      key{Value::Table{Value::Entry{"\xff", {}, {true, {}}}}, {}};
  for (const Value& value : {text, nested, key}) {
    try {
      json_text(value);
      ADD_FAILURE();
    } catch (const Error& e) {
      EXPECT_NE(std::string_view(e.what()).find("\\xff\" is not UTF-8"), std::string_view::npos) << e.what();
    }
  }
}
TEST(Json, WritesALineOfAnyTextForPrograms) {
  EXPECT_EQ(json_line(nlohmann::json{{"run", "x\xff"}}), "{\"run\":\"x\uFFFD\"}");
  const nlohmann::json obeyed = {{"a", "\x1b[2J\n\x7f"}, {"\u202eb", "\u009b31m \u2066é"}};
  EXPECT_EQ(json_line(obeyed), R"({"a":"\u001b[2J\n\u007f","\u202eb":"\u009b31m \u2066é"})");
  EXPECT_EQ(nlohmann::json::parse(json_line(obeyed)), obeyed);
}

}  // namespace
}  // namespace hourglass

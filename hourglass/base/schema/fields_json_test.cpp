#include "hourglass/base/schema/fields_json.h"

#include <gtest/gtest.h>

#include <cmath>

#include "support/message_of.h"

namespace hourglass {
enum class Ink { black, blue };
template <>
inline const std::vector<std::string> kNames<Ink> = {"black", "blue"};

namespace {

struct Drawing {
  Ink ink = Ink::black;
  std::vector<float> lengths = {};
  double area = 0;
  std::vector<std::pair<std::string, double>> angles = {};
};

template <class V>
void fields(V& v, Drawing& d) {
  v.needs("area");
  v.field("ink", d.ink, OneOf{kNames<Ink>}, "");
  v.field_if_given("lengths", d.lengths, above(0), "");
  v.field("area", d.area, NumberOrNull{}, "");
  v.others(d.angles, NumberOrNull{});
}

Drawing read(const std::string& text) { return from_json<Drawing>(text, "j", {.most_values = 8, .null_is_nan = true}); }

std::string refusal(const std::string& text) {
  return message_of<Error>([&] { read(text); });
}

TEST(FieldsJson, ReadsBackWhatItWrites) {
  const std::string text = R"({"ink":"blue","lengths":[1.0,2.5],"area":3.0,"left":0.5,"right":90.0})";
  const Drawing d = read(text);
  EXPECT_EQ(d.ink, Ink::blue);
  EXPECT_EQ(d.lengths, (std::vector<float>{1, 2.5f}));
  EXPECT_EQ(d.angles, (std::vector<std::pair<std::string, double>>{{"left", 0.5}, {"right", 90}}));
  EXPECT_EQ(to_json(d), text);
}

TEST(FieldsJson, WritesInfinityAndNanAsNull) {
  for (const double x : {HUGE_VAL, std::nan("")}) {
    const std::string text = to_json(Drawing{.area = x});
    EXPECT_EQ(text, R"({"ink":"black","area":null})");
    EXPECT_TRUE(std::isnan(read(text).area));
  }
}

TEST(FieldsJson, RefusesWhatTheDefinitionDoesNotAllow) {
  EXPECT_EQ(refusal("[]"), "j: expected a table, found a list");
  EXPECT_EQ(refusal("{}"), "j: \"area\" is missing");
  EXPECT_EQ(refusal(R"({"area":1,"ink":"blak"})"), "j: ink: unknown \"blak\"; did you mean \"black\"?");
  EXPECT_EQ(refusal(R"({"area":"1"})"), "j: area: expected a number or null, found text \"1\"");
  EXPECT_EQ(refusal(R"({"area":1,"x":true})"), "j: x: expected a number or null, found true");
  EXPECT_EQ(refusal(R"({"area":1,"lengths":[1,-2]})"), "j: lengths: expected above 0, found -2");
  EXPECT_EQ(refusal(R"({"area":1,"lengths":[1e-60]})"), "j: lengths: expected above 0, found 1e-60");
  EXPECT_EQ(refusal(R"({"area":1,"lengths":[1e60]})"), "j: lengths: expected a finite number, found 1e+60");
  EXPECT_EQ(refusal(R"({"area":1,"lengths":[null]})"), "j: lengths: expected a finite number, found nan");
  EXPECT_EQ(refusal(R"({"area":1,"lengths":[1,2,3,4,5,6]})"), "j: JSON: more than 8 values");
}

}  // namespace
}  // namespace hourglass

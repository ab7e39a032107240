#include "hourglass/base/schema/fields.h"

#include <gtest/gtest.h>

#include <limits>

#include "hourglass/base/error.h"
#include "hourglass/base/schema/fields_docs.h"
#include "hourglass/base/schema/fields_reader.h"
#include "hourglass/base/schema/fields_writer.h"
#include "hourglass/base/schema/toml.h"

namespace hourglass {
namespace {

struct Shape2 {
  std::string kind = "square";
  int64_t side = 0;
  double angle = 0.0;
  int64_t corners = 0;
};

template <class V>
void kinds(V& v, Shape2& c) {
  if (v.kind("square", c.kind)) {
    v.value(c.side, at_least(1), "length");
    v.needs("angle");
    v.field("angle", c.angle, between(0, 90), "degrees");
    v.field_if_given("corners", c.corners, at_least(0), "rounded ones");
  }
  if (v.kind("bow", c.kind)) v.value_or(c.angle, 45.0, above(0), "degrees");
  v.kind("point", c.kind);
}

struct Extra {
  bool on = false;
};

template <class V>
void fields(V& v, Extra& c) {
  v.field("on", c.on, Anything{}, "whether");
}

struct Drawing {
  std::string title = "none";
  std::string ink = "black";
  int64_t seed = 7;
  std::vector<Shape2> shapes;
  Shape2 frame{.kind = "point"};
  std::optional<Extra> extra;
  Extra always;
};

template <class V>
void fields(V& v, Drawing& c) {
  v.field("title", c.title, Anything{}, "above it");
  v.field("ink", c.ink, OneOf{{"black", "blue"}}, "colour");
  v.field("seed", c.seed, at_least(0), "random");
  v.list("shapes", "shape", c.shapes, "all of them");
  v.choice("frame", c.frame, "around");
  v.table("extra", c.extra, "more");
  v.section("always", c.always);
  v.check(c.title != c.ink, "title: expected another text than ink");
  if (c.seed == 0) v.excludes("title", "seed 0");
}

Drawing read(const std::string& text) {
  const Value root = parse_toml(text, "t");
  Drawing drawing;
  FieldReader reader(root, "");
  fields(reader, drawing);
  reader.finish();
  return drawing;
}

std::string written(Drawing drawing) {
  FieldWriter writer;
  fields(writer, drawing);
  return toml_text({writer.take(), {}});
}

std::string message_of(const std::string& text) {
  try {
    read(text);
  } catch (const Error& e) {
    return e.what();
  }
  return "nothing was thrown";
}

TEST(Range, SaysWhatItExpected) {
  EXPECT_EQ(between(1, 3).complaint(1), "");
  EXPECT_EQ(between(1, 3).complaint(3), "");
  EXPECT_EQ(between(1, 3).complaint(0.9), "at least 1");
  EXPECT_EQ(between(1, 3).complaint(3.1), "at most 3");
  EXPECT_EQ(above(0).complaint(0), "above 0");
  EXPECT_EQ(fraction().complaint(0), "");
  EXPECT_EQ(fraction().complaint(1), "below 1");
  EXPECT_EQ(inside(0, 1).complaint(0), "above 0");
  EXPECT_EQ(at_least(0).complaint(std::numeric_limits<double>::infinity()), "a finite number");
  EXPECT_EQ(at_least(0).complaint(std::nan("")), "a finite number");
}

TEST(Range, IsWrittenAsAnInterval) {
  EXPECT_EQ(between(1, 1e6).text(), "[1, 1000000]");
  EXPECT_EQ(above(0).text(), "(0, ∞)");
  EXPECT_EQ(fraction().text(), "[0, 1)");
}

TEST(Fields, KeepDefaultsThatAreNotGiven) {
  EXPECT_EQ(written(read("")),
            "{ title = \"none\", ink = \"black\", seed = 7, shapes = [], frame = \"point\", always = { on = false } }");
}

TEST(Fields, ReadBackWhatWasWritten) {
  const std::string text =
      "{ title = \"t\", ink = \"blue\", seed = 3, shapes = [{ square = 2, angle = 90.0 }, { square = 2, angle = 0.5, "
      "corners = 1 }, { bow = 45.0 }, \"point\"], frame = { bow = 2.5 }, extra = { on = true }, always = { on = true } "
      "}";
  std::string lines = text.substr(2, text.size() - 4);
  for (const char* key : {"ink", "seed", "shapes", "frame", "extra", "always"})
    lines.replace(lines.find(std::string(", ") + key + " ="), 2, "\n");
  EXPECT_EQ(written(read(lines)), text);
}

TEST(Fields, TakeABareNameWhereTheValueHasADefault) {
  EXPECT_EQ(read("frame = 'bow'").frame.angle, 45.0);
  EXPECT_EQ(message_of("frame = 'square'"), "t:1:9: square needs a value: { square = … }");
  EXPECT_EQ(message_of("frame = { point = 1 }"), "t:1:19: point takes no value: write \"point\"");
}

TEST(Fields, TakeWholeNumbersForRealOnes) { EXPECT_EQ(read("frame = { bow = 2 }").frame.angle, 2.0); }

TEST(Fields, RefuseOtherTypes) {
  EXPECT_EQ(message_of("seed = 'x'"), "t:1:8: seed: expected an integer, found text \"x\"");
  EXPECT_EQ(message_of("seed = 1.0"), "t:1:8: seed: expected an integer, found 1.0");
  EXPECT_EQ(message_of("title = 3"), "t:1:9: title: expected text, found 3");
  EXPECT_EQ(message_of("extra = 3"), "t:1:9: extra: expected a table, found 3");
  EXPECT_EQ(message_of("shapes = {}"), "t:1:10: shapes: expected a list, found a table");
  EXPECT_EQ(message_of("shapes = [3]"), "t:1:11: shape: expected a name or a table, found 3");
  EXPECT_EQ(message_of("extra = { on = 1 }"), "t:1:16: on: expected true or false, found 1");
  EXPECT_EQ(message_of("frame = { bow = [] }"), "t:1:17: bow: expected a number, found a list");
  EXPECT_EQ(message_of("ink = true"), "t:1:7: ink: expected \"black\", \"blue\", found true");
}

TEST(Fields, RefuseValuesOutOfRange) {
  EXPECT_EQ(message_of("seed = -1"), "t:1:8: seed: expected at least 0, found -1");
  EXPECT_EQ(message_of("frame = { bow = nan }"), "t:1:17: bow: expected a finite number, found nan");
  EXPECT_EQ(message_of("ink = 'blu'"), "t:1:7: ink: unknown \"blu\"; did you mean \"blue\"?");
}

TEST(Fields, RefuseUnknownKeys) {
  EXPECT_EQ(message_of("sede = 1"), "t:1:1: unknown section or key \"sede\"; did you mean \"seed\"?");
  EXPECT_EQ(message_of("[extra]\nof = 1"), "t:2:1: unknown key \"of\" in extra; did you mean \"on\"?");
  EXPECT_EQ(message_of("frame = { bow = 1, corners = 2 }"), "t:1:20: unknown key \"corners\" in bow; known: bow");
}

TEST(Fields, NameTheKeyThatWasMeantAsTheKind) {
  EXPECT_EQ(message_of("frame = { sqaure = 1 }"), "t:1:11: unknown frame \"sqaure\"; did you mean \"square\"?");
  EXPECT_EQ(message_of("frame = { angle = 1, sqaure = 1 }"),
            "t:1:22: unknown frame \"sqaure\"; did you mean \"square\"?");
  EXPECT_EQ(message_of("frame = 'pint'"), "t:1:9: unknown frame \"pint\"; did you mean \"point\"?");
  EXPECT_EQ(message_of("frame = { angle = 1 }"), "t:1:9: frame: no key names it; known: square, bow, point");
  EXPECT_EQ(message_of("frame = { bow = 1, square = 1 }"), "t:1:9: frame: both bow and square are given");
}

TEST(Fields, RefuseMissingAndContradictingKeys) {
  EXPECT_EQ(message_of("frame = { square = 1 }"), "t:1:9: square: \"angle\" is missing");
  EXPECT_EQ(message_of("title = 'black'"), "t: title: expected another text than ink");
  EXPECT_EQ(message_of("seed = 0\ntitle = 'x'"), "t: expected title or seed 0, found both");
}

TEST(FieldDocs, ListEveryFieldAndKindOnce) {
  std::vector<FieldDoc> rows;
  FieldDocs docs("", rows);
  Drawing drawing;
  fields(docs, drawing);
  std::string names;
  for (const FieldDoc& row : rows) names += row.name + "=" + row.fallback + ";";
  EXPECT_EQ(names,
            "title=\"none\";ink=\"black\";seed=7;shapes=[];shape square=required;shape square.angle=required;"
            "shape square.corners=;shape bow=45.0;shape point=;frame=\"point\";frame square=required;"
            "frame square.angle=required;frame square.corners=;frame bow=45.0;frame point=;extra=;extra.on=false;"
            "always.on=false;");
}

}  // namespace
}  // namespace hourglass

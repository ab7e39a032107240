#include "hourglass/data/text_columns.h"

#include <gtest/gtest.h>

#include "hourglass/base/error.h"
#include "support/message_of.h"

namespace hourglass {
namespace {

using Texts = std::vector<std::string>;

constexpr const char* kTable =
    "id,x,\"weight, dry\",\"19\"\" wide\"\n 007 ,1,\"a, \"\"b\"\"\",\n,2,\" c\",\"two\nlines\"\n";

Texts names(const Texts& asked) {
  Texts found;
  for (const TextColumn& column : read_text_columns(kTable, "f", {.keep = asked})) found.push_back(column.name);
  return found;
}

TEST(TextColumns, AreReadAsTheyStand) {
  const auto columns = read_text_columns(kTable, "f", {.keep = {"weight, dry", "id", "19\" wide"}});
  ASSERT_EQ(columns.size(), 3u);
  EXPECT_EQ(columns[0].cells, (Texts{"a, \"b\"", " c"}));
  EXPECT_EQ(columns[1].cells, (Texts{"007", ""}));
  EXPECT_EQ(columns[2].cells, (Texts{"", "two\nlines"}));
  EXPECT_TRUE(read_text_columns(kTable, "f", {.keep = {}}).empty());
}

TEST(TextColumns, AreNamedInAListOrOneByOne) {
  EXPECT_EQ(names({"x,id"}), (Texts{"x", "id"}));
  EXPECT_EQ(names({"x", "id"}), (Texts{"x", "id"}));
  EXPECT_EQ(names({"\"weight, dry\", id"}), (Texts{"weight, dry", "id"}));
  EXPECT_EQ(names({"weight, dry"}), (Texts{"weight, dry"}));
  EXPECT_EQ(names({"x,id,x", "id"}), (Texts{"x", "id"}));
}

TEST(TextColumns, OfATableWithoutHeaderAreNumbered) {
  EXPECT_EQ(read_text_columns("1,a\n2,a\n", "f", {.keep = {"2"}})[0].cells, (Texts{"a", "a"}));
}

TEST(TextColumns, ThatAreNotThereAreRefused) {
  EXPECT_EQ(message_of<Error>([] { names({"x,idd"}); }),
            "f: no column \"idd\" that could be kept; did you mean \"id\"?");
  EXPECT_EQ(message_of<Error>([] { names({"kind"}); }),
            "f: no column \"kind\" that could be kept; known: id, x, weight, dry, 19\" wide");
}

TEST(TextColumns, StandInAFileUnderANameOfTheirOwn) {
  const auto texts = read_text_columns(kTable, "f", {.keep = {"x", "weight, dry"}});
  const auto number = [](std::string& text, int64_t row) { append_number(text, row); };
  std::vector<CsvColumn> columns = {{"x", number}, {"x_input", number}};
  insert_text_columns(columns, 1, texts);
  EXPECT_EQ(csv_table(2, columns), "x,x_input_input,\"weight, dry\",x_input\n0,1,\"a, \"\"b\"\"\",0\n1,2,\" c\",1\n");
}

}  // namespace
}  // namespace hourglass

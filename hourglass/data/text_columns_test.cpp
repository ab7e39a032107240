#include "hourglass/data/text_columns.h"

#include <gtest/gtest.h>

#include "hourglass/base/error.h"
#include "hourglass/data/table.h"
#include "support/message_of.h"

namespace hourglass {
namespace {

using Texts = std::vector<std::string>;

constexpr const char* kTable =
    "id,x,\"weight, dry\",\"19\"\" wide\"\n 007 ,1,\"a, \"\"b\"\"\",\n,2,\" c\",\"two\nlines\"\n008,,d,e\n";

/// The columns that are kept of a table whose only feature is x.
std::vector<TextColumn> kept(const Texts& asked, MissingValues missing = MissingValues::mean) {
  const ReadOptions how{.missing = missing, .ignore = {"id", "weight, dry", "19\" wide"}, .keep = asked};
  return read_table(kTable, "f", how).kept;
}

Texts names(const Texts& asked) {
  Texts found;
  for (const TextColumn& column : kept(asked)) found.push_back(column.name);
  return found;
}

TEST(TextColumns, AreReadAsTheyStand) {
  const auto columns = kept({"weight, dry", "id", "19\" wide", "x"});
  ASSERT_EQ(columns.size(), 4u);
  EXPECT_EQ(columns[0].cells, (Texts{"a, \"b\"", " c", "d"}));
  EXPECT_EQ(columns[1].cells, (Texts{"007", "", "008"}));
  EXPECT_EQ(columns[2].cells, (Texts{"", "two\nlines", "e"}));
  EXPECT_EQ(columns[3].cells, (Texts{"1", "2", ""}));
  EXPECT_TRUE(kept({}).empty());
}

TEST(TextColumns, FollowTheRowsThatStay) {
  EXPECT_EQ(kept({"id"}, MissingValues::drop)[0].cells, (Texts{"007", ""}));
  const Dataset data = read_table("x,id\n1,a\n2,b\n3,c\n", "f", {.ignore = {"id"}, .keep = {"id"}});
  EXPECT_EQ(data.slice(1, 2).kept[0].cells, (Texts{"b", "c"}));
  EXPECT_EQ(data.select(std::vector<uint32_t>{2, 0}).kept[0].cells, (Texts{"c", "a"}));
}

TEST(TextColumns, AreNamedInAListOrOneByOne) {
  EXPECT_EQ(names({"x,id"}), (Texts{"x", "id"}));
  EXPECT_EQ(names({"x", "id"}), (Texts{"x", "id"}));
  EXPECT_EQ(names({"\"weight, dry\", id"}), (Texts{"weight, dry", "id"}));
  EXPECT_EQ(names({"weight, dry"}), (Texts{"weight, dry"}));
  EXPECT_EQ(names({"x,id,x", "id"}), (Texts{"x", "id"}));
}

TEST(TextColumns, OfATableWithoutHeaderAreNumbered) {
  const ReadOptions how{.ignore = {"2"}, .header = false, .keep = {"2"}};
  EXPECT_EQ(read_table("1,a\n2,b\n", "f", how).kept[0].cells, (Texts{"a", "b"}));
}

TEST(TextColumns, ThatAreNotThereAreRefused) {
  EXPECT_EQ(message_of<Error>([] { names({"x,idd"}); }),
            "f: no column \"idd\" that could be kept; did you mean \"id\"?");
  EXPECT_EQ(message_of<Error>([] { names({"kind"}); }),
            "f: no column \"kind\" that could be kept; known: id, x, weight, dry, 19\" wide");
}

TEST(TextColumns, StandInAFileUnderANameOfTheirOwn) {
  const auto texts = kept({"x", "weight, dry"});
  const auto number = [](std::string& text, int64_t row) { append_number(text, row); };
  std::vector<CsvColumn> columns = {{"x", number}, {"x_input", number}};
  insert_text_columns(columns, 1, texts);
  EXPECT_EQ(csv_table(2, columns), "x,x_input_input,\"weight, dry\",x_input\n0,1,\"a, \"\"b\"\"\",0\n1,2,\" c\",1\n");
}

}  // namespace
}  // namespace hourglass

#include "hourglass/report/html/figure_sheet.h"

#include <gtest/gtest.h>

#include "hourglass/base/error.h"

namespace hourglass {
namespace {

TEST(FigureName, IsNeitherPathNorMarkup) {
  EXPECT_EQ(FigureName("penalty-sparse_kl").text(), "penalty-sparse_kl");
  EXPECT_EQ(FigureName("filters-v1.2").text(), "filters-v1.2");
  EXPECT_EQ(FigureName("x/../../../victim").text(), "x-..-..-..-victim");
  EXPECT_EQ(FigureName("..").text(), "-.");
  EXPECT_EQ(FigureName("x' onload='1'><script>").text(), "x--onload--1---script-");
  EXPECT_EQ(FigureName(std::string("a\0\x1b\xffä", 6)).text(), "a-----");
  EXPECT_EQ(FigureName("").text(), "-");
  EXPECT_EQ(FigureName(std::string(5000, 'x')).text().size(), 100u);
}

TEST(FigureBuilder, GivesEveryFigureANameOfItsOwn) {
  FigureBuilder sheet([](const FigureName&, const Chart&) { return Chart::Files{"svg", "png"}; });
  for (const char* name : {"filters-a b", "filters-a-b", "filters-a/b"}) sheet.chart({"filters", name, "", ""}, {});
  const Figures figures = std::move(sheet).take();
  ASSERT_EQ(figures.drawn.size(), 3u);
  EXPECT_EQ(figures.drawn[0].name.text(), "filters-a-b");
  EXPECT_EQ(figures.drawn[1].name.text(), "filters-a-b-2");
  EXPECT_EQ(figures.drawn[2].name.text(), "filters-a-b-3");
}

TEST(FigureBuilder, LeavesOutWhatCannotBeDrawn) {
  FigureBuilder sheet([](const FigureName& name, const Chart&) -> Chart::Files { fail("no {}", name.text()); });
  sheet.chart({"training", "loss", "Loss", ""}, {});
  const Figures figures = std::move(sheet).take();
  EXPECT_TRUE(figures.drawn.empty());
  ASSERT_EQ(figures.omissions.size(), 1u);
  EXPECT_EQ(figures.omissions[0].reason, "no loss");
}

}  // namespace
}  // namespace hourglass

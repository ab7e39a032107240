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
  FigureBuilder sheet([](std::span<const Chart> charts) {
    return std::vector<Chart::Files>(charts.size(), {"svg", "png"});
  });
  for (const char* name : {"filters-a b", "filters-a-b", "filters-a/b"}) sheet.chart({"filters", name, "", ""}, {});
  const Figures figures = std::move(sheet).take();
  ASSERT_EQ(figures.drawn.size(), 3u);
  EXPECT_EQ(figures.drawn[0].name.text(), "filters-a-b");
  EXPECT_EQ(figures.drawn[1].name.text(), "filters-a-b-2");
  EXPECT_EQ(figures.drawn[2].name.text(), "filters-a-b-3");
}

TEST(FigureBuilder, LeavesOutWhatCannotBeDrawn) {
  FigureBuilder sheet([](std::span<const Chart> charts) {
    std::vector<Chart::Files> files;
    for (const Chart& chart : charts) {
      if (chart.title == "bad") fail("no drawing");
      files.push_back({chart.title, "png"});
    }
    return files;
  });
  for (const char* title : {"a", "bad", "b"}) sheet.chart({"training", title, title, ""}, {.title = title});
  const Figures figures = std::move(sheet).take();
  ASSERT_EQ(figures.drawn.size(), 2u);
  for (const Figure& figure : figures.drawn) EXPECT_EQ(figure.svg, figure.title);
  ASSERT_EQ(figures.omissions.size(), 1u);
  EXPECT_EQ(figures.omissions[0].part, "bad");
  EXPECT_EQ(figures.omissions[0].reason, "no drawing");
}

}  // namespace
}  // namespace hourglass

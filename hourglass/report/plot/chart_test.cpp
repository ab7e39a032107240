#include "hourglass/report/plot/chart.h"

#include <gtest/gtest.h>

#include <cmath>
#include <regex>

namespace hourglass {
namespace {

Chart::Files drawn(const Chart& chart) { return render_charts({&chart, 1}).front(); }
std::string svg(const Chart& chart) { return drawn(chart).svg; }
bool shows(const std::string& svg, const std::string& text) { return svg.find(">" + text + "<") != std::string::npos; }

Chart line(std::vector<double> x, std::vector<double> y) {
  Chart chart{.x = {.label = "distance (units)"}, .y = {.label = "ratio"}};
  chart.series.push_back({"", 0, Series::Mark::lines_and_points, std::move(x), std::move(y)});
  return chart;
}

TEST(Chart, LabelsItsAxes) {
  const std::string image = svg(line({1, 2}, {3, 4}));
  EXPECT_TRUE(shows(image, "distance (units)"));
  EXPECT_TRUE(shows(image, "ratio"));
}

/// But for the colour of an empty group, for which gnuplot takes that of the line before.
TEST(Chart, IsTheSameAmongOthers) {
  const auto svg_of = [](const Chart::Files& files) {
    return std::regex_replace(files.svg, std::regex("color=\"([^\"]*)\" stroke=\"[^\"]*\""), "color=\"$1\"");
  };
  const std::vector<Chart> charts = {line({1, 2}, {3, 4}), line({1, 2, 3}, {1, 10, 1000}), line({1, 2}, {3, 4})};
  const auto files = render_charts(charts);
  ASSERT_EQ(files.size(), charts.size());
  for (size_t i = 0; i < charts.size(); ++i) {
    const Chart::Files alone = drawn(charts[i]);
    EXPECT_EQ(svg_of(files[i]), svg_of(alone)) << i;
    EXPECT_TRUE(files[i].png == alone.png) << i;
  }
  EXPECT_TRUE(render_charts({}).empty());
}

TEST(Chart, IsAPngAsWell) { EXPECT_EQ(drawn(line({1, 2}, {3, 4})).png.substr(1, 3), "PNG"); }

TEST(Chart, StartsAnAxisWhereAsked) {
  EXPECT_FALSE(shows(svg(line({1, 2}, {10, 11})), "0"));
  Chart chart = line({1, 2}, {10, 11});
  chart.y.from = 0;
  EXPECT_TRUE(shows(svg(chart), "0"));
}

TEST(Chart, HasALogarithmicAxisOnlyForValuesAboveZero) {
  Chart chart = line({0.25, 0.5, 1, 2}, {1, 1, 1, 1});
  chart.x.scale = ChartAxis::Scale::logarithmic;
  EXPECT_FALSE(shows(svg(chart), "1.5"));
  chart.series[0].x[0] = 0;
  EXPECT_TRUE(shows(svg(chart), "1.5"));
}

TEST(Chart, WritesWordsAtPlaces) {
  Chart chart = line({1, 2}, {3, 4});
  chart.texts.push_back({1.5, 3.5, "seven's"});
  EXPECT_TRUE(shows(svg(chart), "seven’s"));
}

TEST(Chart, NamesOnlyTheSeriesThatHaveALabel) {
  Chart chart = line({1, 2}, {3, 4});
  EXPECT_FALSE(shows(svg(chart), "units"));
  chart.series[0].label = "units";
  EXPECT_TRUE(shows(svg(chart), "units"));
}

TEST(Chart, DrawsABarForEachValueButNotForGaps) {
  Chart chart = line({1, 2, 3}, {3, std::nan(""), 4});
  chart.series[0].mark = Series::Mark::bars;
  const std::string image = svg(chart);
  size_t bars = 0;
  for (size_t at = image.find("<polygon"); at != std::string::npos; at = image.find("<polygon", at + 1)) ++bars;
  EXPECT_EQ(bars, 2u);
}

TEST(Chart, NamesPlacesOnAnAxis) {
  Chart chart = line({1, 2}, {3, 4});
  chart.x.tics = {{1, "<b>'50 %g'"}, {2, "weight"}};
  const std::string image = svg(chart);
  EXPECT_TRUE(shows(image, "&lt;b>’50 %g’")) << image;
  EXPECT_TRUE(shows(image, "weight"));
}

/// The height of the first text with these words, from the top of the image.
double height_of(const std::string& image, const std::string& text) {
  const size_t at = image.rfind("translate(", image.rfind(">" + text + "<"));
  return std::stod(image.substr(image.find(',', at) + 1));
}

TEST(Chart, NamesPlacesOnALogarithmicAxis) {
  Chart chart = line({1, 10, 100}, {3, 4, 5});
  chart.x.scale = ChartAxis::Scale::logarithmic;
  chart.x.tics = {{1, "one"}, {10, "ten"}, {100, "hundred"}};
  const std::string image = svg(chart);
  const auto place = [&](const std::string& text) {
    const size_t at = image.rfind("translate(", image.rfind(">" + text + "<"));
    return std::stod(image.substr(at + std::string("translate(").size()));
  };
  EXPECT_NEAR(place("ten") - place("one"), place("hundred") - place("ten"), 1);
  EXPECT_GT(place("ten") - place("one"), 50);
}

TEST(Chart, HasItsLegendAboveTheAxes) {
  for (const size_t count : {1u, 3u, 9u}) {
    Chart chart{.x = {.label = "x"}, .y = {.label = "ratio"}};
    for (size_t i = 0; i < count; ++i)
      chart.series.push_back({"a rather long name " + std::to_string(i), static_cast<int>(i), {}, {1, 2}, {1, 5}});
    chart.y.tics = {{5, "top"}};
    const std::string image = svg(chart);
    for (const Series& s : chart.series) EXPECT_LT(height_of(image, s.label), height_of(image, "top")) << s.label;
  }
}

TEST(Chart, ThinsLongLinesButKeepsTheirExtremes) {
  Chart chart = line(positions(200000), std::vector<double>(200000));
  chart.series[0].mark = Series::Mark::lines;
  chart.series[0].y[123456] = 7;
  const std::string image = svg(chart);
  EXPECT_LT(image.size(), 100000u);
  EXPECT_TRUE(shows(image, "7")) << "the axis reaches the highest value";
}

TEST(Chart, DrawsBarsOfOneWidthBesideGaps) {
  const double gap = std::nan("");
  Chart chart = line({1, 2, 3, 4, 5}, {3, gap, gap, gap, 4});
  chart.series[0].mark = Series::Mark::bars;
  const std::string image = svg(chart);
  const size_t left = image.find("points = '", image.find("<polygon")) + 10, right = image.find(' ', left) + 1;
  EXPECT_LT(std::stod(image.substr(right)) - std::stod(image.substr(left)), 120) << image.substr(left, 60);
}

TEST(Chart, ColoursAGrid) {
  Chart chart{.x = {.label = "pixel column"}, .y = {.label = "pixel row"}};
  chart.heat = HeatMap{2, 3, {0, 1, 2, 3, 4, 5}, "error"};
  const std::string image = svg(chart);
  for (const char* label : {"pixel column", "pixel row", "error"}) EXPECT_TRUE(shows(image, label)) << label;
}

TEST(Chart, SurvivesValuesThatAreAllTheSameOrMissing) {
  EXPECT_TRUE(shows(svg(line({1, 2}, {0, 0})), "ratio"));
  EXPECT_TRUE(shows(svg(line({1, 2}, {std::nan(""), INFINITY})), "ratio"));
  EXPECT_TRUE(shows(svg(line({}, {})), "ratio"));
  Chart chart{.x = {.label = "column"}};
  chart.heat = HeatMap{2, 2, {0, 0, 0, 0}, "error"};
  EXPECT_TRUE(shows(svg(chart), "column"));
}

}  // namespace
}  // namespace hourglass

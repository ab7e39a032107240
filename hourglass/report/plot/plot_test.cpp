#include "hourglass/report/plot/plot.h"

#include <gtest/gtest.h>
#include <png.h>

#include <cmath>
#include <limits>

#include "hourglass/base/error.h"

namespace hourglass {
namespace {

using Penalties = std::vector<std::pair<std::string, double>>;

LossPlot demo(int epochs, const Penalties& penalties = {}) {
  LossPlot plot{{}, "bce", "demo"};
  for (int i = 1; i <= epochs; ++i) {
    EpochRecord record;
    record.epoch = i;
    record.train = {0.1 / i, 0.1 / i, penalties};
    record.test = Terms{0.09 / i, 0.09 / i, {}};
    plot.epochs.push_back(record);
  }
  return plot;
}

std::string svg(const LossPlot& plot) { return plot.render(LossPlot::Format::svg); }

bool shows(const std::string& svg, const std::string& text) { return svg.find(">" + text + "<") != std::string::npos; }

/// Width and height of a PNG that libpng reads to the end.
std::pair<int, int> size_of_png(const std::string& bytes) {
  png_image png{};
  png.version = PNG_IMAGE_VERSION;
  EXPECT_TRUE(png_image_begin_read_from_memory(&png, bytes.data(), bytes.size())) << png.message;
  std::vector<uint8_t> pixels(PNG_IMAGE_SIZE(png));
  EXPECT_TRUE(png_image_finish_read(&png, nullptr, pixels.data(), 0, nullptr)) << png.message;
  return {png.width, png.height};
}

TEST(LossPlot, IsAPngOfTheSizePromised) {
  EXPECT_EQ(size_of_png(demo(3).render(LossPlot::Format::png)), std::pair(1200, 560));
  EXPECT_EQ(size_of_png(demo(3, {{"contractive", 18}}).render(LossPlot::Format::png)), std::pair(1200, 800));
}

TEST(LossPlot, LabelsAxesAndTheSplitsThereAre) {
  const std::string image = svg(demo(3));
  EXPECT_EQ(image.find("<?xml"), 0u);
  EXPECT_TRUE(shows(image, "demo"));
  EXPECT_TRUE(shows(image, "epoch"));
  EXPECT_TRUE(shows(image, "bce (mean per feature)"));
  EXPECT_TRUE(shows(image, "train (mean over the epoch)"));
  EXPECT_TRUE(shows(image, "test"));
  EXPECT_FALSE(shows(image, "validation"));
  LossPlot validated = demo(3);
  validated.epochs[1].validation = Terms{0.1, 0.1, {}};
  EXPECT_TRUE(shows(svg(validated), "validation"));
}

TEST(LossPlot, GivesEachPenaltyAPanel) {
  const std::string image = svg(demo(3, {{"contractive", 18}, {"sparse_kl", 0.01}}));
  EXPECT_TRUE(shows(image, "contractive"));
  EXPECT_TRUE(shows(image, "sparse_kl"));
}

TEST(LossPlot, UsesALogarithmicAxisBeyondTwoDecades) {
  EXPECT_TRUE(shows(svg(demo(90)), "0.02"));
  EXPECT_FALSE(shows(svg(demo(90)), "0.001"));
  EXPECT_TRUE(shows(svg(demo(200)), "0.001"));
  EXPECT_FALSE(shows(svg(demo(200)), "0.02"));
}

TEST(LossPlot, MarksASingleEpoch) {
  const std::string image = svg(demo(1));
  EXPECT_TRUE(shows(image, "1"));
  // Once in the legend, once in the plot.
  for (const std::string mark : {"xlink:href='#gpPt6'", "xlink:href='#gpPt4'"}) {
    const size_t first = image.find(mark);
    ASSERT_NE(first, std::string::npos) << mark;
    EXPECT_NE(image.find(mark, first + 1), std::string::npos) << mark;
  }
}

TEST(LossPlot, LabelsWholeEpochsOnly) {
  const std::string image = svg(demo(3));
  for (const char* epoch : {"1", "2", "3"}) EXPECT_TRUE(shows(image, epoch)) << epoch;
  const std::string longer = svg(demo(300));
  EXPECT_TRUE(shows(longer, "20"));
  EXPECT_TRUE(shows(longer, "300"));
  EXPECT_FALSE(shows(longer, "10"));
}

TEST(LossPlot, SurvivesADivergedRun) {
  LossPlot plot = demo(3, {{"contractive", std::nan("")}});
  plot.epochs[2].train.reconstruction = std::numeric_limits<double>::infinity();
  EXPECT_TRUE(shows(svg(plot), "contractive"));
  for (EpochRecord& epoch : plot.epochs) {
    epoch.train.reconstruction = std::nan("");
    epoch.test.reset();
  }
  EXPECT_TRUE(shows(svg(plot), "bce (mean per feature)"));
}

TEST(LossPlot, SurvivesACurveThatHardlyMoves) {
  LossPlot plot = demo(2, {{"contractive", 0.0}});
  for (EpochRecord& epoch : plot.epochs) epoch.test.reset();
  plot.epochs[0].train.reconstruction = 0.1;
  plot.epochs[1].train.reconstruction = std::nextafter(0.1, 1.0);
  EXPECT_TRUE(shows(svg(plot), "bce (mean per feature)"));
}

TEST(LossPlot, DrawsATitleAsItIs) {
  LossPlot plot = demo(2);
  plot.title = "`date` $(x) {/Bold a}_b^c @m \\n";
  EXPECT_TRUE(shows(svg(plot), plot.title)) << svg(plot);
  plot.title = "'; set output '/nowhere/x";
  EXPECT_TRUE(shows(svg(plot), "’; set output ’/nowhere/x"));
  plot.title = "not UTF-8: \xFF\xFE";
  EXPECT_EQ(size_of_png(plot.render(LossPlot::Format::png)), std::pair(1200, 560));
}

TEST(LossPlot, SurvivesMorePenaltiesAndEpochsThanThereAre) {
  std::vector<std::pair<std::string, double>> many;
  for (int i = 0; i < 60; ++i) many.emplace_back(fmt::format("p{}", i), 1.0);
  LossPlot plot = demo(2, many);
  plot.epochs[0].epoch = std::numeric_limits<int64_t>::max() - 1;
  plot.epochs[1].epoch = std::numeric_limits<int64_t>::max();
  EXPECT_NO_THROW(chart_script(plot.charts()[0], Frame{0.5, 0.4, 0, 1}));
  EXPECT_NO_THROW(chart_script(plot.charts()[60], std::nullopt));
}

TEST(LossPlot, RefusesToPlotNothing) { EXPECT_THROW(demo(0).render(LossPlot::Format::svg), Error); }

}  // namespace
}  // namespace hourglass

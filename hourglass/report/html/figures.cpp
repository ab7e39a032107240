#include "hourglass/report/html/figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "hourglass/report/format.h"
#include "hourglass/report/html/code_figures.h"
#include "hourglass/report/html/unit_figures.h"
#include "hourglass/report/plot/plot.h"

namespace hourglass {
namespace {

constexpr int kGridColumns = 8;

void training(FigureBuilder& sheet, const std::vector<EpochRecord>& epochs, const std::string& reconstruction) {
  if (epochs.empty()) return sheet.omit("Loss", "the run folder holds no epochs");
  const auto panels = LossPlot{epochs, reconstruction, ""}.charts();
  sheet.chart(
      {"training", "loss", "Reconstruction loss",
       "Mean over the rows of each part. The training loss is measured during the epoch, on corrupted inputs where the "
       "recipe corrupts; the others after each epoch."},
      panels[0]);
  for (size_t i = 1; i < panels.size(); ++i) {
    Chart penalty = panels[i];
    penalty.y.label = std::exchange(penalty.title, "") + " (unweighted)";
    sheet.chart({"training", "penalty-" + panels[i].title, "Penalty: " + panels[i].title,
                 "Mean over the training rows of the epoch, without its weight in the loss."},
                penalty);
  }
}

void examples(FigureBuilder& sheet, const Analysis& a, const std::string& kind, const std::string& title,
              const Examples& e) {
  if (e.errors.empty()) return;
  const auto [low, high] = std::ranges::minmax(e.errors);
  const Figure about{"reconstruction", "reconstructions-" + kind, title + " reconstructions",
                     fmt::format("Inputs above, reconstructions below; mean squared error {} to {}.", format_value(low),
                                 format_value(high))};
  if (is_image_shape(a.sample)) {
    const std::vector<ConstView> rows = {e.inputs, e.reconstructions};
    return sheet.image(about, [&] { return image_grid(rows, a.sample, {.columns = kGridColumns}); });
  }
  const auto line = [&](const Tensor& t, const char* label, int style) {
    const float* v = t.as<float>();
    const auto size = static_cast<size_t>(a.sample.size());
    return Series{label,
                  style,
                  size <= 60 ? Series::Mark::lines_and_points : Series::Mark::lines,
                  positions(size),
                  {v, v + size}};
  };
  Chart c{.x = {.label = "feature", .integral = true}, .y = {.label = "scaled value"}};
  c.series = {line(e.inputs, "input", 0), line(e.reconstructions, "reconstruction", 1)};
  sheet.chart({about.section, about.name, title + " reconstruction",
               fmt::format("One row of the data; mean squared error {}.", format_value(e.errors[0]))},
              c);
}

void reconstructions(FigureBuilder& sheet, const Analysis& a) {
  examples(sheet, a, "best", "Best", a.best);
  examples(sheet, a, "typical", "Typical", a.typical);
  examples(sheet, a, "worst", "Worst", a.worst);
  if (!a.denoised || !is_image_shape(a.sample)) return;
  const std::vector<ConstView> rows = {a.denoised->inputs, a.denoised->corrupted, a.denoised->reconstructions};
  sheet.image({"reconstruction", "reconstructions-corrupted", "Reconstructions of corrupted inputs",
               "Inputs above, corrupted inputs in the middle, their reconstructions below."},
              [&] { return image_grid(rows, a.sample, {.columns = kGridColumns}); });
}

/// Mean squared error per pixel, averaged over channels.
HeatMap error_map(const Analysis& a) {
  const Shape& s = a.sample;
  const auto side = std::llround(std::sqrt(static_cast<double>(s.size())));
  HeatMap map{s.rank() == 3 ? s[1] : side, s.rank() == 3 ? s[2] : side, {}, "mean squared error (scaled units²)"};
  const int64_t pixels = map.rows * map.columns, channels = s.size() / pixels;
  map.values.assign(pixels, 0);
  for (int64_t i = 0; i < s.size(); ++i) map.values[i % pixels] += a.feature_error[i] / static_cast<double>(channels);
  return map;
}

void feature_error(FigureBuilder& sheet, const Analysis& a) {
  if (a.feature_error.empty()) return;
  Figure about{"reconstruction", "feature-error", "Error per feature",
               fmt::format("Mean over {} rows of (reconstruction − input)².", format_count(a.rows))};
  Chart c;
  if (is_image_shape(a.sample)) {
    c.x.label = "pixel column";
    c.y.label = "pixel row";
    c.heat = error_map(a);
  } else {
    c.x = {.label = "feature", .integral = true};
    c.y = {.label = "mean squared error (scaled units²)", .from = 0};
    c.series.push_back({"", 0, Series::Mark::bars, positions(a.feature_error.size()), a.feature_error});
  }
  sheet.chart(about, c);
}

}  // namespace

Figures draw_figures(const std::vector<EpochRecord>& epochs, const std::string& reconstruction,
                     const Analysis& analysis, std::optional<double> target, const ChartRenderer& render) {
  FigureBuilder sheet(render);
  training(sheet, epochs, reconstruction);
  reconstructions(sheet, analysis);
  feature_error(sheet, analysis);
  draw_unit_figures(sheet, analysis);
  draw_code_figures(sheet, analysis, target);
  return std::move(sheet).take();
}

}  // namespace hourglass

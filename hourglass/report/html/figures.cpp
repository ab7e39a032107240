#include "hourglass/report/html/figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

#include "hourglass/report/format.h"
#include "hourglass/report/html/code_figures.h"
#include "hourglass/report/html/columns.h"
#include "hourglass/report/html/prior_figures.h"
#include "hourglass/report/html/score_figures.h"
#include "hourglass/report/html/unit_figures.h"
#include "hourglass/report/plot/plot.h"

namespace hourglass {
namespace {

constexpr int kGridColumns = 8;
constexpr int64_t kMostPixels = 96;  // of a map of errors, in each direction

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
  if (a.is_image()) {
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
  Chart c{.x = column_axis(a, all_columns(a)), .y = {.label = "scaled value"}};
  c.series = {line(e.inputs, "input", 0), line(e.reconstructions, "reconstruction", 1)};
  sheet.chart({about.section, about.name, title + " reconstruction",
               fmt::format("One row of the data; mean squared error {}.", format_value(e.errors[0]))},
              c);
}

void reconstructions(FigureBuilder& sheet, const Analysis& a) {
  examples(sheet, a, "best", "Best", a.best);
  examples(sheet, a, "typical", "Typical", a.typical);
  examples(sheet, a, "worst", "Worst", a.worst);
  if (!a.denoised || !a.is_image()) return;
  const std::vector<ConstView> rows = {a.denoised->inputs, a.denoised->corrupted, a.denoised->reconstructions};
  sheet.image({"reconstruction", "reconstructions-corrupted", "Reconstructions of corrupted inputs",
               "Inputs above, corrupted inputs in the middle, their reconstructions below."},
              [&] { return image_grid(rows, a.sample, {.columns = kGridColumns}); });
}

/// Mean squared error averaged over channels and over squares of `side` pixels.
HeatMap error_map(const Analysis& a, int64_t side) {
  const Shape& s = a.sample;
  const auto root = std::llround(std::sqrt(static_cast<double>(s.size())));
  const int64_t height = s.rank() == 3 ? s[1] : root, width = s.rank() == 3 ? s[2] : root;
  HeatMap map{(height + side - 1) / side, (width + side - 1) / side, {}, "mean squared error"};
  map.values.assign(map.rows * map.columns, 0);
  std::vector<double> counts(map.values.size());
  for (int64_t i = 0; i < s.size(); ++i) {
    const int64_t pixel = i % (height * width), at = pixel / width / side * map.columns + pixel % width / side;
    map.values[at] += a.feature_error[i];
    ++counts[at];
  }
  std::ranges::transform(map.values, counts, map.values.begin(), std::divides{});
  return map;
}

/// The pixels on one side of the squares that error_map averages over.
int64_t error_map_square(const Shape& s) {
  const double longer = s.rank() == 3 ? static_cast<double>(std::max(s[1], s[2])) : std::sqrt(s.size());
  return static_cast<int64_t>(std::ceil(longer / static_cast<double>(kMostPixels)));
}

void feature_error(FigureBuilder& sheet, const Analysis& a) {
  if (a.feature_error.empty()) return;
  Figure about{"reconstruction", "feature-error", "Error per feature",
               fmt::format("Mean over {} rows of (reconstruction − input)², in scaled units.", format_count(a.rows))};
  Chart c;
  if (a.is_image()) {
    const int64_t square = error_map_square(a.sample);
    const std::string unit = square > 1 ? fmt::format(" (× {})", square) : "";
    c.x.label = "pixel column" + unit;
    c.y.label = "pixel row" + unit;
    c.heat = error_map(a, square);
  } else {
    const auto columns = worst_columns(a);
    c.x = column_axis(a, columns);
    c.y = {.label = "mean squared error", .from = 0};
    std::vector<double> errors;
    for (const int64_t j : columns) errors.push_back(a.feature_error[j]);
    if (std::ssize(columns) < a.sample.size())
      about.caption +=
          fmt::format(" The {} of {} columns with the largest error.", columns.size(), format_count(a.sample.size()));
    c.series.push_back({"", 0, Series::Mark::bars, positions(errors.size()), errors});
  }
  sheet.chart(about, c);
}

}  // namespace

Figures draw_figures(const std::vector<EpochRecord>& epochs, const std::string& reconstruction,
                     const Analysis& analysis, std::optional<double> target) {
  FigureBuilder sheet;
  training(sheet, epochs, reconstruction);
  reconstructions(sheet, analysis);
  feature_error(sheet, analysis);
  draw_unit_figures(sheet, analysis);
  draw_code_figures(sheet, analysis, target);
  draw_prior_figures(sheet, analysis);
  draw_score_figures(sheet, analysis);
  return std::move(sheet).take();
}

}  // namespace hourglass

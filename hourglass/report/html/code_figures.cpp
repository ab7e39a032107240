#include "hourglass/report/html/code_figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "hourglass/base/statistics.h"
#include "hourglass/report/format.h"
#include "hourglass/report/html/columns.h"

namespace hourglass {
namespace {

constexpr int kShortText = 3;  // characters

void activations(FigureBuilder& sheet, const Analysis& a) {
  const Histogram& h = a.activations;
  const double total = std::accumulate(h.counts.begin(), h.counts.end(), 0.0);
  Series bars{"", 0, Series::Mark::bars, {}, {}};
  for (size_t i = 0; i < h.counts.size(); ++i) {
    bars.x.push_back(h.middle(i));
    bars.y.push_back(h.counts[i] ? 100 * static_cast<double>(h.counts[i]) / total : kMissing);
  }
  Chart c{.x = {.label = "activation"}, .y = {.label = "share of activations (%)"}};
  const auto smallest = std::ranges::min(h.counts, {}, [](int64_t n) { return n ? n : INT64_MAX; });
  const bool is_logarithmic = static_cast<double>(std::ranges::max(h.counts)) > 100 * static_cast<double>(smallest);
  c.y.scale = is_logarithmic ? ChartAxis::Scale::logarithmic : ChartAxis::Scale::linear;
  if (!is_logarithmic) c.y.from = 0;
  c.series.push_back(std::move(bars));
  sheet.chart({"code", "activations", "Activations",
               fmt::format("All {} units on {} rows, in {} bins.{}", a.code.size(), format_count(a.rows),
                           h.counts.size(), is_logarithmic ? " The share is on a logarithmic axis." : "")},
              c);
}

void mean_activation(FigureBuilder& sheet, const Analysis& a, std::optional<double> target) {
  std::vector<double> sorted = a.mean_activation;
  std::ranges::sort(sorted, std::greater{});
  const size_t count = sorted.size();
  Chart c{.x = {.label = "unit, by mean activation", .integral = true}, .y = {.label = "mean activation"}};
  c.series.push_back({target ? "units" : "", 0, count > 200 ? Series::Mark::lines : Series::Mark::points,
                      positions(count), std::move(sorted)});
  if (target)
    c.series.push_back({fmt::format("target ρ = {}", *target),
                        1,
                        Series::Mark::lines,
                        {1, static_cast<double>(count)},
                        {*target, *target}});
  sheet.chart(
      {"code", "mean-activation", "Mean activation per unit",
       fmt::format("Mean over {} rows{}.", format_count(a.rows), target ? ", with the target of the recipe" : "")},
      c);
}

/// A series for the points of a label. A short text is drawn at their mean, a longer one is in the legend.
void add_class(Chart& c, const CodeMap& m, int32_t label, const std::string& text, bool is_short) {
  Series s{is_short ? "" : text, static_cast<int>(c.series.size()), Series::Mark::points, {}, {}};
  for (size_t i = 0; i < m.labels.size(); ++i)
    if (m.labels[i] == label) s.x.push_back(m.x[i]), s.y.push_back(m.y[i]);
  if (is_short) c.texts.push_back({mean_of(s.x), mean_of(s.y), text});
  c.series.push_back(std::move(s));
}

void map(FigureBuilder& sheet, const Analysis& a, const CodeMap& m) {
  const std::set<int32_t> classes(m.labels.begin(), m.labels.end());
  const bool labelled = !classes.empty() && classes.size() <= kChartStyles;
  Chart c{.x = {.label = fmt::format("1st component ({:.1f} % of the variance)", 100 * m.share_x)},
          .y = {.label = fmt::format("2nd component ({:.1f} %)", 100 * m.share_y)}};
  const bool are_short =
      std::ranges::all_of(classes, [&](int32_t label) { return display_width(label_text(a, label)) <= kShortText; });
  if (labelled)
    for (const int32_t label : classes) add_class(c, m, label, label_text(a, label), are_short);
  else
    c.series.push_back({"", 0, Series::Mark::points, m.x, m.y});
  const std::string why =
      labelled          ? are_short ? "Colour and mark show the label, which is printed at the mean of its points."
                                    : "Colour and mark show the label."
      : classes.empty() ? "The data have no labels."
                        : fmt::format("{} labels are too many for different colours.", classes.size());
  sheet.chart({"code", "map", "Map of codes",
               fmt::format("Codes of {} rows projected on their first two principal components. {}",
                           format_count(std::ssize(m.x)), why)},
              c);
}

}  // namespace

Chart spectrum_chart(const LabelledAnalyses& analyses) {
  constexpr size_t kMostPoints = 200;
  Chart c{.x = {.label = "singular value, by size", .integral = true},
          .y = {.label = "singular value of ∂h/∂x", .scale = ChartAxis::Scale::automatic}};
  for (size_t i = 0; i < analyses.size(); ++i) {
    const auto& [label, a] = analyses[i];
    const auto* values = find_metric<std::vector<double>>(a->metrics, "jacobian_spectrum");
    if (!values) continue;
    std::vector<double> shown = *values;
    // Values of almost 0 would prevent a logarithmic axis.
    while (!shown.empty() && shown.back() <= 1e-6 * shown[0]) shown.pop_back();
    const bool as_points = label.empty() && shown.size() <= kMostPoints;
    const auto mark = as_points ? Series::Mark::points : Series::Mark::lines;
    c.series.push_back({label, static_cast<int>(i), mark, positions(shown.size()), shown});
  }
  return c;
}

Chart contraction_chart(const LabelledAnalyses& analyses) {
  Chart c{.x = {.label = "distance ‖δ‖ from an input (scaled units)", .scale = ChartAxis::Scale::logarithmic},
          .y = {.label = "‖f(x+δ) − f(x)‖ / ‖δ‖", .from = 0}};
  for (size_t i = 0; i < analyses.size(); ++i)
    if (const auto* curve = find_metric<ContractionCurve>(analyses[i].second->metrics, "contraction_ratio"))
      c.series.push_back(
          {analyses[i].first, static_cast<int>(i), Series::Mark::lines_and_points, curve->radii, curve->ratios});
  return c;
}

void draw_code_figures(FigureBuilder& sheet, const Analysis& a, std::optional<double> target) {
  activations(sheet, a);
  mean_activation(sheet, a, target);
  if (a.map) map(sheet, a, *a.map);
  if (const Chart c = spectrum_chart({{"", &a}}); !c.series.empty())
    sheet.chart({"contraction", "spectrum", "Spectrum of the encoder's Jacobian",
                 fmt::format("Mean over {} rows. Few large values mean that the code is sensitive to few directions of "
                             "the input.",
                             format_count(a.rows_of("jacobian_spectrum")))},
                c);
  if (const Chart c = contraction_chart({{"", &a}}); !c.series.empty())
    sheet.chart({"contraction", "contraction-curve", "Contraction curve",
                 fmt::format("Distance between codes divided by the distance between inputs, in random directions: "
                             "mean over {} rows.",
                             format_count(a.rows_of("contraction_ratio")))},
                c);
}

}  // namespace hourglass

#include "hourglass/report/html/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <set>

#include "hourglass/eval/metric_table.h"
#include "hourglass/report/format.h"
#include "hourglass/report/html/code_figures.h"
#include "hourglass/report/html/html.h"
#include "hourglass/report/html/page_parts.h"
#include "hourglass/report/html/unit_figures.h"
#include "hourglass/report/plot/plot.h"

namespace hourglass {
namespace {

const std::vector<Section> kSections = {
    {"training", "Training", "Losses recorded by each run."},
    {"reconstruction", "Reconstructions", ""},
    {"contraction", "Contraction",
     "Sensitivity of the code to small changes of the input. Both curves are proportional to the scale of the code: "
     "compare their shapes, or relative_contraction."},
    {"filters", "First-layer filters", "Each image is scaled by its largest absolute value; grey is 0."},
    {"atoms", "Decoder atoms",
     "What a unit one standard deviation above its mean adds to the reconstruction of the mean code; the units that "
     "add most."},
};

/// `chart` with one line per model that has the metric.
template <class T, class MakeSeries>
Chart overlaid(const Comparison& c, const std::string& metric, Chart chart, MakeSeries series) {
  for (size_t i = 0; i < c.models.size(); ++i)
    if (const auto* value = find_metric<T>(c.models[i].analysis.metrics, metric))
      chart.series.push_back(series(*value, c.models[i].name, static_cast<int>(i)));
  return chart;
}

/// Test losses where they were recorded, else training losses; one chart per kind of loss.
void losses(FigureBuilder& sheet, const Comparison& c) {
  std::set<std::string> kinds;
  for (const ComparedModel& m : c.models)
    if (!m.epochs.empty()) kinds.insert(m.reconstruction);
  for (const std::string& kind : kinds) {
    Chart chart{.x = {.label = "epoch", .integral = true},
                .y = {.label = kind + " (mean per value)", .scale = ChartAxis::Scale::automatic}};
    for (size_t i = 0; i < c.models.size(); ++i) {
      const ComparedModel& m = c.models[i];
      if (m.epochs.empty() || m.reconstruction != kind) continue;
      Series s{m.name, static_cast<int>(i), Series::Mark::lines_and_points, {}, {}};
      for (const EpochRecord& e : m.epochs) {
        s.x.push_back(static_cast<double>(e.epoch));
        s.y.push_back(e.test ? e.test->reconstruction : e.train.reconstruction);
      }
      chart.series.push_back(std::move(s));
    }
    sheet.chart({"training", "loss-" + kind, "Reconstruction loss: " + kind,
                 "On the test part after each epoch; for runs without a test part, the training loss."},
                chart);
  }
}

void reconstructions(FigureBuilder& sheet, const Comparison& c) {
  if (!is_image_shape(c.sample))
    return sheet.omit("Reconstructions", "samples of " + c.sample.text() + " are not images");
  std::vector<ConstView> rows = {c.inputs};
  std::vector<std::string> captions = {"input"};
  for (const ComparedModel& m : c.models) {
    rows.push_back(m.reconstructions);
    captions.push_back(m.name);
  }
  sheet.image({"reconstruction", "reconstructions", "Reconstructions by every model", "The first rows of the data."},
              [&] { return image_grid(rows, c.sample, {.captions = captions}); });
}

/// The name with only characters that are safe in file names and ids.
std::string safe_name(std::string name) {
  for (char& c : name)
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '-' && c != '_' && c != '.') c = '-';
  return name;
}

void images_of_each(FigureBuilder& sheet, const Comparison& c, const std::string& section,
                    std::optional<SignedImages> Analysis::*images) {
  if (!is_image_shape(c.sample)) return;
  for (const ComparedModel& m : c.models)
    if (const auto& p = m.analysis.*images)
      sheet.image({section, section + "-" + safe_name(m.name), m.name,
                   fmt::format("{} of {} × {}.", p->values.rows(), p->shape.text(), m.analysis.code.text())},
                  [&] { return signed_grid(*p); });
}

std::string table(const Comparison& c) {
  Row head = {"Over all rows"};
  for (const ComparedModel& m : c.models) head.push_back(m.name);
  head.push_back("");
  std::vector<Row> rows;
  for (const std::string& metric : compared_metrics(c)) {
    const auto best = best_at(c, metric);
    Row row = {metric};
    for (size_t i = 0; i < c.models.size(); ++i) {
      const double* value = find_metric<double>(c.models[i].metrics, metric);
      row.push_back({value ? format_value(*value) : "–", best[i]});
    }
    const MetricRow& about = metric_row(metric);
    row.push_back(std::string(about.meaning) + (about.better == Better::lower    ? "; lower is better"
                                                : about.better == Better::higher ? "; higher is better"
                                                                                 : ""));
    rows.push_back(std::move(row));
  }
  return html_table(head, rows);
}

std::string descriptions(const Comparison& c) {
  std::string html = "<dl>";
  for (const ComparedModel& m : c.models)
    html += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>", html_escaped(m.name), html_escaped(m.description));
  return html + "</dl>\n";
}

}  // namespace

std::vector<std::string> compared_metrics(const Comparison& c) {
  std::vector<std::string> names;
  for (const ComparedModel& m : c.models)
    for (const auto& [name, value] : m.metrics)
      if (std::holds_alternative<double>(value) && std::ranges::find(names, name) == names.end()) names.push_back(name);
  return names;
}

std::vector<bool> best_at(const Comparison& c, const std::string& metric) {
  const Better better = metric_row(metric).better;
  std::vector<double> keys;  // smaller is better
  for (const ComparedModel& m : c.models) {
    const double* value = find_metric<double>(m.metrics, metric);
    const bool counts = value && !std::isnan(*value);
    keys.push_back(counts ? better == Better::higher ? -*value : *value : std::nan(""));
  }
  const auto counted = keys.size() - std::ranges::count_if(keys, [](double k) { return std::isnan(k); });
  std::vector<bool> best(keys.size(), false);
  if (better == Better::neither || counted < 2) return best;
  for (size_t i = 0; i < keys.size(); ++i)
    best[i] = !std::isnan(keys[i]) && std::ranges::none_of(keys, [&](double k) { return k < keys[i]; });
  return best;
}

Figures draw_comparison(const Comparison& c) {
  FigureBuilder sheet;
  losses(sheet, c);
  reconstructions(sheet, c);
  sheet.chart({"contraction", "contraction-curve", "Contraction curves",
               "Distance between codes divided by the distance between inputs, in random directions: mean over rows."},
              overlaid<ContractionCurve>(c, "contraction_ratio", contraction_chart(), contraction_series));
  sheet.chart({"contraction", "spectrum", "Spectra of the encoders' Jacobians", "Singular values, mean over rows."},
              overlaid<std::vector<double>>(c, "jacobian_spectrum", spectrum_chart(), spectrum_series));
  images_of_each(sheet, c, "filters", &Analysis::filters);
  images_of_each(sheet, c, "atoms", &Analysis::atoms);
  return std::move(sheet).take();
}

std::string comparison_page(const Comparison& c, const Figures& figures) {
  std::string body = "<section id=\"numbers\"><h2>Numbers</h2>\n" + table(c) + "</section>\n";
  for (const Section& s : kSections) body += html_section(s, figures.drawn);
  std::vector<Omission> omissions = figures.omissions;
  for (const ComparedModel& m : c.models)
    for (const Omission& o : m.omissions) omissions.push_back({m.name + ", " + o.part, o.reason});
  body += html_omissions(omissions);
  const std::string header = fmt::format("<p>{} models on the {} rows of {}.</p>\n", c.models.size(),
                                         format_count(c.rows), html_escaped(c.data));
  return html_page("Comparison", header + descriptions(c), body);
}

}  // namespace hourglass

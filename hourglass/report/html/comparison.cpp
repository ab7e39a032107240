#include "hourglass/report/html/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "hourglass/base/text.h"
#include "hourglass/eval/metric_table.h"
#include "hourglass/report/format.h"
#include "hourglass/report/html/code_figures.h"
#include "hourglass/report/html/html.h"
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

/// End of the description of a metric.
const char* direction(Better better) {
  if (better == Better::neither) return "";
  return better == Better::lower ? "; lower is better" : "; higher is better";
}

/// Test losses where they were recorded, else training losses; one chart per kind of loss.
void losses(FigureBuilder& sheet, const Comparison& c) {
  std::map<std::string, Chart> charts;
  for (size_t i = 0; i < c.models.size(); ++i) {
    const ComparedModel& m = c.models[i];
    if (m.epochs.empty()) continue;
    charts[m.reconstruction].series.push_back(
        epoch_series(m.epochs, m.name, static_cast<int>(i),
                     [](const EpochRecord& e) { return e.test ? e.test->reconstruction : e.train.reconstruction; }));
  }
  for (auto& [loss, chart] : charts) {
    chart.x = {.label = "epoch", .integral = true};
    chart.y = {.label = loss + " (mean per value)", .scale = ChartAxis::Scale::automatic};
    sheet.chart({"training", "loss-" + loss, "Reconstruction loss: " + loss,
                 "On the test part after each epoch; for runs without a test part, the training loss."},
                chart);
  }
}

/// Whether samples are shown as images: columns with other names than pixels are a table.
bool are_images(const Comparison& c) {
  return is_image_shape(c.sample) && (c.models.empty() || are_pixel_names(c.models[0].analysis.columns));
}

void reconstructions(FigureBuilder& sheet, const Comparison& c) {
  if (!are_images(c)) return sheet.omit("Reconstructions", "samples of " + c.sample.text() + " are not images");
  std::vector<ConstView> rows = {c.inputs};
  std::vector<std::string> captions = {"input"};
  for (const ComparedModel& m : c.models) {
    rows.push_back(m.reconstructions);
    captions.push_back(m.name);
  }
  sheet.image({"reconstruction", "reconstructions", "Reconstructions by every model", "The first rows of the data."},
              [&] { return image_grid(rows, c.sample, {.captions = captions}); });
}

void images_of_each(FigureBuilder& sheet, const Comparison& c, const std::string& section,
                    std::optional<SignedImages> Analysis::*images) {
  if (!are_images(c)) return;
  for (const ComparedModel& m : c.models)
    if (const auto& p = m.analysis.*images)
      sheet.image({section, section + "-" + m.name, m.name,
                   fmt::format("{} of {} × {}.", p->values.rows(), p->shape.text(), m.analysis.code.text())},
                  [&] { return signed_grid(*p); });
}

Html table(const Comparison& c) {
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
    row.push_back(std::string(about.meaning) + direction(about.better));
    rows.push_back(std::move(row));
  }
  return html_table(head, rows);
}

}  // namespace

std::vector<std::string> compared_metrics(const Comparison& c) {
  std::vector<std::string> names;
  for (const ComparedModel& m : c.models)
    for (const auto& [name, value] : m.metrics)
      if (std::holds_alternative<double>(value) && !contains(names, name)) names.push_back(name);
  return names;
}

std::vector<bool> best_at(const Comparison& c, const std::string& metric) {
  const Better better = metric_row(metric).better;
  const double sign = better == Better::higher ? -1 : 1;
  std::vector<double> keys;  // smaller is better
  for (const ComparedModel& m : c.models) {
    const double* value = find_metric<double>(m.metrics, metric);
    keys.push_back(value ? sign * *value : std::nan(""));
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
  LabelledAnalyses analyses;
  for (const ComparedModel& m : c.models) analyses.emplace_back(m.name, &m.analysis);
  sheet.chart({"contraction", "contraction-curve", "Contraction curves",
               "Distance between codes divided by the distance between inputs, in random directions: mean over rows."},
              contraction_chart(analyses));
  sheet.chart({"contraction", "spectrum", "Spectra of the encoders' Jacobians", "Singular values, mean over rows."},
              spectrum_chart(analyses));
  images_of_each(sheet, c, "filters", &Analysis::filters);
  images_of_each(sheet, c, "atoms", &Analysis::atoms);
  return std::move(sheet).take();
}

std::string comparison_page(const Comparison& c, const Figures& figures) {
  Html body = html("<section id=\"numbers\"><h2>Numbers</h2>\n{}</section>\n", table(c));
  for (const Section& s : kSections) body += html_section(s, figures.drawn);
  std::vector<Omission> omissions = figures.omissions;
  for (const ComparedModel& m : c.models)
    for (const Omission& o : m.omissions) omissions.push_back({m.name + ", " + o.part, o.reason});
  body += html_omissions(omissions);
  const Html header = html("<p>{} models on the {} rows of {}.</p>\n", c.models.size(), format_count(c.rows), c.data);
  std::vector<std::pair<std::string, std::string>> descriptions;
  for (const ComparedModel& m : c.models) descriptions.emplace_back(m.name, m.description);
  return html_page("Comparison", header + html_terms(descriptions), body);
}

}  // namespace hourglass

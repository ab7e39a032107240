#include "hourglass/report/html/page.h"

#include <fmt/format.h>

#include <array>

#include "hourglass/eval/metric_table.h"
#include "hourglass/report/format.h"
#include "hourglass/report/html/columns.h"
#include "hourglass/report/html/html.h"
#include "hourglass/report/html/score_figures.h"
#include "hourglass/report/html/verdict.h"

namespace hourglass {
namespace {

const std::array kSections = {
    Section{"training", "Training", ""},
    Section{"anomalies", "Anomalies", ""},
    Section{"reconstruction", "Reconstructions", "The best, typical and worst by mean squared error."},
    Section{"units", "What the units represent", ""},
    Section{"code", "The code", ""},
    Section{"contraction", "Contraction", "Sensitivity of the code to small changes of the input."},
};

Html facts(const RunReport& r) {
  const Analysis& a = r.analysis;
  double seconds = 0;
  for (const EpochRecord& e : r.epochs) seconds += e.seconds;
  return html_terms(
      {{"Input", a.sample.text()},
       {"Code", a.code.text()},
       {"Epochs", format_count(static_cast<int64_t>(r.epochs.size()))},
       {"Training time", format_duration(seconds)},
       {"Analysed", fmt::format("{} of the {} rows of {}", format_count(a.rows), format_count(a.total_rows), a.data)}});
}

Html findings(const RunReport& r) {
  Html list;
  for (const Finding& f : verdict(r.epochs, r.reconstruction, r.analysis)) {
    const char* badge = f.kind == Finding::Kind::good ? "good" : f.kind == Finding::Kind::note ? "note" : "warning";
    list += html("<li class=\"{0}\"><b>{0}</b><span>{1}</span></li>\n", badge, f.text);
  }
  return html("<ul class=\"verdict\">\n{}</ul>\n", list);
}

Html losses(const RunReport& r) {
  if (r.epochs.empty()) return {};
  const EpochRecord& last = r.epochs.back();
  std::vector<Row> rows = {
      {"training", format_value(last.train.reconstruction), "mean over the rows of the last epoch"}};
  if (last.validation) rows.push_back({"validation", format_value(last.validation->reconstruction), "held-out rows"});
  if (last.test) rows.push_back({"test", format_value(last.test->reconstruction), "all rows of the test part"});
  for (const auto& [name, value] : last.train.penalties)
    rows.push_back({name, format_value(value), "penalty without its weight, mean over the rows of the last epoch"});
  return html_table({"After the last epoch", r.reconstruction, ""}, rows);
}

Html metrics(const RunReport& r) {
  std::vector<Row> rows;
  for (const auto& [name, value] : r.analysis.metrics)
    if (const auto* number = std::get_if<double>(&value)) {
      const int64_t used = r.analysis.rows_of(name);
      rows.push_back({name, format_value(*number),
                      std::string(metric_row(name).meaning) +
                          (used < r.analysis.rows ? fmt::format("; on {} rows", format_count(used)) : "")});
    }
  return rows.empty() ? Html() : html_table({"On the analysed rows", "value", ""}, rows);
}

}  // namespace

std::string report_page(const RunReport& r) {
  Html body = html("<section id=\"verdict\"><h2>Verdict</h2>\n{}</section>\n", findings(r)) +
              html("<section id=\"numbers\"><h2>Numbers</h2>\n{}{}</section>\n", losses(r), metrics(r));
  for (const Section& s : kSections)
    body += html_section(s, r.figures.drawn,
                         s.id == "anomalies"        ? top_rows(r.analysis)
                         : s.id == "reconstruction" ? column_errors(r.analysis)
                                                    : Html());
  std::vector<Omission> omissions = r.analysis.omissions;
  omissions.insert(omissions.end(), r.figures.omissions.begin(), r.figures.omissions.end());
  body +=
      html_omissions(omissions) + html("<section id=\"recipe\"><h2>Recipe</h2>\n<pre>{}</pre></section>\n", r.recipe);
  return html_page(r.name, html("<p>{}</p>\n", r.description) + facts(r), body);
}

}  // namespace hourglass

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iostream>

#include "cli/commands.h"
#include "cli/common.h"
#include "cli/json_output.h"
#include "hourglass/app/evaluation.h"
#include "hourglass/app/metric_json.h"
#include "hourglass/report/format.h"
#include "hourglass/report/terminal/stage_progress.h"

namespace hourglass::cli {

namespace {

struct Options : ModelOptions {
  EvaluationRequest request;
};

/// On one line: of many numbers the first.
std::string text_of(const MetricValue& value) {
  constexpr size_t kShown = 8;
  std::vector<std::string> words;
  if (const auto* curve = std::get_if<ContractionCurve>(&value)) {
    for (size_t i = 0; i < curve->radii.size(); ++i)
      words.push_back(fmt::format("{} at {}", format_value(curve->ratios[i]), curve->radii[i]));
    return fmt::format("{}", fmt::join(words, ", "));
  }
  if (const auto* estimate = std::get_if<Estimate>(&value))
    return fmt::format("{} ({} draws per row)", format_value(estimate->value), estimate->samples);
  const auto* list = std::get_if<std::vector<double>>(&value);
  if (!list) return format_value(std::get<double>(value));
  for (const double v : std::span(*list).first(std::min(kShown, list->size()))) words.push_back(format_value(v));
  if (list->size() > kShown) words.push_back(fmt::format("… ({} values)", list->size()));
  return fmt::format("{}", fmt::join(words, " "));
}

void print(const Evaluation& e, bool as_json) {
  if (as_json) return print_document(metrics_json(e.metrics));
  say("{}: {} rows{}", e.data, format_count(e.rows),
      e.is_trained_on ? ", which the model was trained on (--test FILE measures others)" : "");
  for (const auto& [name, value] : e.metrics) say("{:21} {}", name, text_of(value));
}

void eval(const Options& o) {
  StageProgress progress(std::cerr, progress_options());
  EvaluationRequest request = o.request;
  request.data = o.data;
  request.threads = o.thread_count();
  request.progress = [&](std::string_view name, double done) { progress.update(name, done); };
  const Evaluation evaluation =
      evaluate_model(open_model(o.model), request, [&](const std::string& text) { progress.note(text); });
  print(evaluation, o.json);
  if (!evaluation.omitted.empty()) fail("left out, for the reasons above: {}", fmt::join(evaluation.omitted, ", "));
}

}  // namespace

void add_eval(Subcommand app) {
  auto verb = app.add_subcommand("eval", "Measure a trained model on data");
  auto& o = verb.callback(eval);
  declare_model(verb, o.model);
  declare_measured_data(verb, o.data, o.threads);
  verb.add_option("--metrics", o.request.metrics,
                  fmt::format("More metrics, with commas: {}", fmt::join(metric_names(), ", ")))
      .separated_by(',')
      .type_name("METRICS");
  verb.add_option("--rows", o.request.rows, "Use only the first so many rows").positive();
  auto probes = verb.add_option("--probes", o.request.jacobian.probes,
                                "Estimate contractive and relative_contraction by this many random probes per row");
  probes.between(1, 1 << 20);
  verb.add_flag("--exact", o.request.jacobian.exact, "Measure the Jacobian exactly, however long that takes")
      .excludes(probes);
  verb.add_option("--radii", o.request.radii,
                  fmt::format("Radii of contraction_ratio, with commas ({})", fmt::join(kRadii, ",")))
      .separated_by(',')
      .positive();
  verb.add_option("--samples", o.request.samples, "Draws per row of log_likelihood (500)").between(1, 1 << 20);
  verb.add_flag("--corrupt", o.request.corrupt, "Corrupt the inputs as the recipe does; the target stays clean");
  verb.add_option("--corruption", o.request.corruption,
                  "KIND=AMOUNT of corrupted_mse and code_displacement (gaussian=0.2), and of --corrupt instead of the "
                  "recipe's: gaussian, masking or salt_pepper")
      .type_name("KIND=AMOUNT");
  verb.add_flag("--json", o.json, "Print one JSON object");
}

}  // namespace hourglass::cli

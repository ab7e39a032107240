#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iostream>
#include <set>

#include "cli/commands.h"
#include "cli/common.h"
#include "hourglass/app/metric_json.h"
#include "hourglass/base/schema/fields_reader.h"
#include "hourglass/base/schema/toml.h"
#include "hourglass/data/unit_interval.h"
#include "hourglass/eval/metrics.h"
#include "hourglass/objective/corruption.h"
#include "hourglass/report/format.h"
#include "hourglass/report/terminal/stage_progress.h"

namespace hourglass::cli {

namespace {

struct Options : ModelOptions {
  std::vector<std::string> metrics;
  JacobianOptions jacobian;
  std::vector<double> radii;
  std::string corruption;
  int64_t rows = 0;
  bool corrupt = false, json = false;
};

/// bce for a model that ends in a sigmoid, on data that it suits, else mse.
std::string loss_of(const Autoencoder& model, const Dataset& data, StageProgress& progress) {
  model.check_fits(data);
  if (!model.network().ends_in_sigmoid()) return "mse";
  try {
    check_unit_interval(data, model.scaler);
    return "bce";
  } catch (const Error& e) {
    progress.note(fmt::format("note: mse stands in for bce: {}", e.what()));
    return "mse";
  }
}

/// KIND=AMOUNT, read as a line of a recipe's [corruption].
std::optional<CorruptionConfig> given_corruption(const Options& o) {
  if (o.corruption.empty()) return std::nullopt;
  CorruptionConfig config;
  const Value root = parse_toml("[corruption]\n" + o.corruption, "--corruption");
  FieldReader reader(root, "");
  reader.section("corruption", config);
  reader.finish();
  if (!Corruption(config, 0).is_active()) fail("--corruption {}: expected an amount above 0", o.corruption);
  return config;
}

/// On one line: of many numbers the first.
std::string text_of(const MetricValue& value) {
  constexpr size_t kShown = 8;
  std::vector<std::string> words;
  if (const auto* curve = std::get_if<ContractionCurve>(&value)) {
    for (size_t i = 0; i < curve->radii.size(); ++i)
      words.push_back(fmt::format("{} at {}", format_value(curve->ratios[i]), curve->radii[i]));
    return fmt::format("{}", fmt::join(words, ", "));
  }
  const auto* list = std::get_if<std::vector<double>>(&value);
  if (!list) return format_value(std::get<double>(value));
  for (const double v : std::span(*list).first(std::min(kShown, list->size()))) words.push_back(format_value(v));
  if (list->size() > kShown) words.push_back(fmt::format("… ({} values)", list->size()));
  return fmt::format("{}", fmt::join(words, " "));
}

void print(const Metrics& metrics, const Dataset& data, bool as_json) {
  if (as_json) {
    fmt::print("{}\n", metrics_json(metrics).dump());
    return;
  }
  fmt::print("{}: {} rows\n", data.name, format_count(data.rows()));
  for (const auto& [name, value] : metrics) fmt::print("{:21} {}\n", name, text_of(value));
}

/// The metrics that are requested by name, and those of them that do not apply.
class RequestedMetrics {
 public:
  explicit RequestedMetrics(const std::vector<std::string>& names) : names_(names.begin(), names.end()) {}

  /// Throws Error when no requested metric is left.
  void omit(const Omission& o) {
    if (names_.contains(o.part)) omitted_.insert(o.part);
    if (omitted_.size() == names_.size()) fail("{}: {}", o.part, o.reason);
  }
  /// Throws Error when a metric was omitted.
  void check_complete() const {
    if (!omitted_.empty()) fail("left out, for the reasons above: {}", fmt::join(omitted_, ", "));
  }

 private:
  std::set<std::string> names_, omitted_;
};

void eval(const Options& o) {
  const TrainedModel model = o.load();
  DataSplits parts = o.open_parts(model);
  Dataset& data = parts.test ? *parts.test : parts.train;
  if (o.rows > 0) data = data.slice(0, std::min(o.rows, data.rows()));
  const auto given = given_corruption(o);
  const Corruption corruption(given.value_or(model.recipe.corruption), model.recipe.train.seed);
  if (o.corrupt && !corruption.is_active())
    fail("--corrupt: the model's recipe has no [corruption]; give one by --corruption");
  const auto disturb = [&](ConstView clean, std::span<const uint32_t> rows, View input) {
    corruption.apply(clean, 0, rows, input);
  };
  StageProgress progress(std::cerr, progress_options());
  RequestedMetrics requested(o.metrics);
  std::vector<std::string> names = {loss_of(model.autoencoder, data, progress)};
  names.insert(names.end(), o.metrics.begin(), o.metrics.end());
  const Metrics metrics =
      evaluate(model.autoencoder, data, names,
               {.threads = o.thread_count(),
                .disturb = o.corrupt ? Inference::Disturb(disturb) : Inference::Disturb(),
                .jacobian = o.jacobian,
                .radii = o.radii,
                .corruption = given,
                .train = parts.test ? &parts.train : nullptr,
                .progress = [&](std::string_view name, double done) { progress.update(name, done); },
                .note =
                    [&](const Omission& o) {
                      requested.omit(o);
                      progress.note(fmt::format("note: {} is left out: {}", o.part, o.reason));
                    }});
  print(metrics, data, o.json);
  requested.check_complete();
}

}  // namespace

void add_eval(Subcommand app) {
  auto verb = app.add_subcommand("eval", "Measure a trained model on data");
  auto o = std::make_shared<Options>();
  o->declare(verb);
  verb.add_option("--metrics", o->metrics,
                  fmt::format("More metrics, with commas: {}", fmt::join(metric_names(), ", ")))
      .separated_by(',')
      .type_name("METRICS");
  verb.add_option("--rows", o->rows, "Measure on no more than this many rows, the first").positive();
  auto probes = verb.add_option("--probes", o->jacobian.probes,
                                "Estimate contractive and relative_contraction by this many random probes per row");
  probes.between(1, 1 << 20);
  verb.add_flag("--exact", o->jacobian.exact, "Measure the Jacobian exactly, however long that takes").excludes(probes);
  verb.add_option("--radii", o->radii,
                  fmt::format("Radii of contraction_ratio, with commas ({})", fmt::join(kRadii, ",")))
      .separated_by(',')
      .positive();
  verb.add_flag("--corrupt", o->corrupt, "Corrupt the inputs as the recipe does; the target stays clean");
  verb.add_option("--corruption", o->corruption,
                  "KIND=AMOUNT of corrupted_mse and code_displacement (gaussian=0.2), and of --corrupt instead of the "
                  "recipe's: gaussian, masking or salt_pepper")
      .type_name("KIND=AMOUNT");
  verb.add_flag("--json", o->json, "Print one JSON object");
  verb.callback([o] { eval(*o); });
}

}  // namespace hourglass::cli

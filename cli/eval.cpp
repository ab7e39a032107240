#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/common.h"
#include "hourglass/eval/metrics.h"
#include "hourglass/objective/corruption.h"
#include "hourglass/report/format.h"

namespace hourglass::cli {

namespace {

struct Options : ModelOptions {
  std::vector<std::string> metrics;
  JacobianOptions jacobian;
  bool corrupt = false, json = false;
};

/// bce for a model that ends in a sigmoid, else mse; then what was asked for.
std::vector<std::string> wanted(const Options& o, const Network& network) {
  std::vector<std::string> names = {network.ends_in_sigmoid() ? "bce" : "mse"};
  names.insert(names.end(), o.metrics.begin(), o.metrics.end());
  return names;
}

void eval(const Options& o) {
  const TrainedModel model = o.load();
  const Dataset data = o.open(model.recipe);
  const Corruption corruption(model.recipe.corruption, model.recipe.train.seed);
  if (o.corrupt && !corruption.is_active()) fail("--corrupt: the model's recipe has no [corruption]");
  const auto disturb = [&](ConstView clean, std::span<const uint32_t> rows, View input) {
    corruption.apply(clean, 0, rows, input);
  };
  const auto names = wanted(o, model.autoencoder.network());
  const Metrics metrics = evaluate(model.autoencoder, data, names,
                                   {.threads = o.thread_count(),
                                    .disturb = o.corrupt ? Inference::Disturb(disturb) : Inference::Disturb(),
                                    .jacobian = o.jacobian});
  if (o.json) {
    nlohmann::ordered_json j;
    for (const auto& [name, value] : metrics) j[name] = value;
    fmt::print("{}\n", j.dump());
    return;
  }
  fmt::print("{}: {} rows\n", data.name, format_count(data.rows()));
  for (const auto& [name, value] : metrics) fmt::print("{:21} {}\n", name, format_value(value));
}

}  // namespace

void add_eval(CLI::App& app) {
  auto* verb = app.add_subcommand("eval", "Measure a trained model on data");
  auto o = std::make_shared<Options>();
  o->declare(*verb);
  verb->add_option("--metrics", o->metrics,
                   fmt::format("More metrics, with commas: {}", fmt::join(metric_names(), ", ")))
      ->delimiter(',');
  auto* probes = verb->add_option("--probes", o->jacobian.probes,
                                  "Estimate contractive and relative_contraction by this many random probes per row");
  probes->check(CLI::Range(1, 1 << 20));
  verb->add_flag("--exact", o->jacobian.exact, "Measure the Jacobian exactly, however long that takes")
      ->excludes(probes);
  verb->add_flag("--corrupt", o->corrupt, "Corrupt the inputs as the recipe does; the target stays clean");
  verb->add_flag("--json", o->json, "Print one JSON object");
  verb->callback([o] { eval(*o); });
}

}  // namespace hourglass::cli

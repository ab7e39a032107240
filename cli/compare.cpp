#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <set>

#include "cli/commands.h"
#include "cli/common.h"
#include "cli/metric_json.h"
#include "hourglass/app/run_pictures.h"
#include "hourglass/base/file.h"
#include "hourglass/eval/analysis/analyse.h"
#include "hourglass/eval/analysis/samples.h"
#include "hourglass/eval/metrics.h"
#include "hourglass/objective/corruption.h"
#include "hourglass/objective/reconstruction.h"
#include "hourglass/report/html/comparison.h"
#include "hourglass/report/terminal/stage_progress.h"
#include "hourglass/run/run_metrics.h"

namespace hourglass::cli {

namespace {

namespace fs = std::filesystem;

constexpr int64_t kShown = 10;
constexpr int64_t kProbes = 16;
const std::vector<std::string> kMetrics = {"bce",
                                           "mse",
                                           "explained_variance",
                                           "corrupted_mse",
                                           "code_displacement",
                                           "relative_contraction",
                                           "mean_activation",
                                           "saturation",
                                           "l0",
                                           "dead_frac"};

struct Options {
  std::vector<std::string> models, metrics;
  ModelOptions shared;  ///< all but the model
  bool json = false;
};

struct Candidate {
  std::string name;  ///< on the page
  ModelOptions options;
  TrainedModel model;
};

/// The last part of each path, or the whole where two have the same.
std::vector<Candidate> load(const Options& o) {
  std::set<std::string> names;
  std::vector<Candidate> all;
  for (const std::string& path : o.models) {
    ModelOptions options = o.shared;
    options.model = path;
    const fs::path normal = fs::path(path + "/").lexically_normal().parent_path();
    std::string name = normal.filename();
    if (names.contains(name)) name = normal;
    for (int copy = 2; !names.insert(name).second; ++copy) name = fmt::format("{} ({})", normal.string(), copy);
    all.push_back({name, options, options.load()});
  }
  return all;
}

/// Data that all models are asked about: by name, or those that all were trained on.
const TrainedModel& common_source(const std::vector<Candidate>& all, const std::string& data) {
  for (const Candidate& c : all)
    if (data.empty() && c.model.recipe.data.source != all[0].model.recipe.data.source)
      fail("{} was trained on {}, {} on {}: say by --data what to compare them on", all[0].name,
           all[0].model.recipe.data.source, c.name, c.model.recipe.data.source);
  return all[0].model;
}

ComparedModel measured(const Candidate& c, const Options& o, const DataSplits& parts, StageProgress& progress) {
  const Dataset& data = parts.test ? *parts.test : parts.train;
  const Autoencoder& model = c.model.autoencoder;
  ComparedModel m{.name = c.name, .description = c.model.recipe.description};
  std::vector<std::string> names = kMetrics;
  names.insert(names.end(), o.metrics.begin(), o.metrics.end());
  m.metrics = evaluate(model, data, names,
                       {.threads = c.options.thread_count(),
                        .jacobian = {.probes = kProbes},
                        .train = parts.test ? &parts.train : nullptr,
                        .progress = [&](std::string_view what,
                                        double done) { progress.update(c.name + ": " + std::string(what), done); },
                        .note = [&](const Omission& omission) { m.omissions.push_back(omission); }});
  m.reconstruction = name_of(reconstruction_of(c.model.recipe.objective, model.network()));
  const Corruption clean({}, 0);
  m.epochs = read_run_metrics(c.options.model);
  m.analysis = analyse(model, data, clean, c.options.thread_count());
  m.reconstructions = reconstruct_samples(model, data, clean, kShown).reconstruction;
  return m;
}

nlohmann::ordered_json json_of(const Comparison& c) {
  nlohmann::ordered_json j = {{"data", c.data}, {"rows", c.rows}, {"models", nlohmann::ordered_json::array()}};
  for (const ComparedModel& m : c.models) {
    nlohmann::ordered_json one = {
        {"name", m.name}, {"description", m.description}, {"metrics", cli::json_of(m.metrics)}};
    for (const char* curve : {"contraction_ratio", "jacobian_spectrum"})
      for (const auto& [name, value] : m.analysis.metrics)
        if (name == curve) one["analysis"].update(cli::json_of(Metrics{{name, value}}));
    one["analysis"]["rows"] = m.analysis.rows;
    one["analysis"]["spectrum_rows"] = m.analysis.spectrum_rows;
    for (const EpochRecord& e : m.epochs)
      one["loss"][m.reconstruction].push_back(e.test ? e.test->reconstruction : e.train.reconstruction);
    for (const Omission& o : m.omissions) one["left_out"][o.part] = o.reason;
    j["models"].push_back(std::move(one));
  }
  for (const std::string& metric : compared_metrics(c)) {
    const auto best = best_at(c, metric);
    for (size_t i = 0; i < best.size(); ++i)
      if (best[i]) j["best"][metric].push_back(c.models[i].name);
  }
  return j;
}

void write(const fs::path& folder, const Comparison& c, const std::string& json) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw RuntimeFailure(fmt::format("{}: cannot make this folder: {}", folder.string(), error.message()));
  const Figures figures = draw_comparison(c);
  write_figures(folder, figures);
  write_file_atomically(folder / "compare.json", json + "\n");
  write_file_atomically(folder / "compare.html", comparison_page(c, figures));
}

void compare(const Options& o) {
  if (o.models.size() > kChartStyles)
    fail("compare: {} models, at most {} can be told apart in a plot", o.models.size(), kChartStyles);
  const auto candidates = load(o);
  const DataSplits parts = o.shared.open_parts(common_source(candidates, o.shared.data));
  const Dataset& data = parts.test ? *parts.test : parts.train;
  for (const Candidate& c : candidates) c.model.autoencoder.check_fits(data);
  Comparison c{data.name, data.rows(), data.sample, {}, {}};
  StageProgress progress(std::cerr, progress_options());
  for (const Candidate& candidate : candidates) c.models.push_back(measured(candidate, o, parts, progress));
  c.inputs = reconstruct_samples(candidates[0].model.autoencoder, data, Corruption({}, 0), kShown).clean;
  const std::string json = json_of(c).dump();
  write(o.shared.output, c, json);
  fmt::print("{}\n", o.json ? json : (fs::path(o.shared.output) / "compare.html").string());
}

}  // namespace

void add_compare(Subcommand app) {
  auto verb = app.add_subcommand("compare", "Set several models side by side on the same data");
  auto o = std::make_shared<Options>();
  verb.add_option("MODEL", o->models, fmt::format("Two or more: {}", kModelHelp)).required().at_least(2);
  o->shared.declare_data(verb);
  verb.add_option("-o,--output-dir", o->shared.output, "Folder for compare.html, compare.json and plots/")
      .required()
      .type_name("DIR");
  verb.add_option("--metrics", o->metrics, "More metrics, with commas, as of eval; \"all\" takes a while")
      .separated_by(',')
      .type_name("METRICS");
  verb.add_flag("--json", o->json, "Print what compare.json holds");
  verb.callback([o] { compare(*o); });
}

}  // namespace hourglass::cli

#include "hourglass/app/comparison.h"

#include <filesystem>
#include <set>

#include "hourglass/app/metric_json.h"
#include "hourglass/app/outputs.h"
#include "hourglass/app/run_report.h"
#include "hourglass/base/folder_files.h"
#include "hourglass/base/parallel.h"
#include "hourglass/base/schema/json_line.h"
#include "hourglass/eval/analysis/analyse.h"
#include "hourglass/eval/metric_table.h"
#include "hourglass/objective/corruption.h"
#include "hourglass/objective/objective.h"
#include "hourglass/run/run_metrics.h"

namespace hourglass {

namespace fs = std::filesystem;

namespace {

constexpr int64_t kSamples = 10;
constexpr int64_t kProbes = 16;

struct Candidate {
  std::string path;  ///< as the request names it
  std::string name;  ///< on the page: the last part of the path, or all of it where two have the same
  TrainedModel model;
};

std::vector<Candidate> open_candidates(const std::vector<std::string>& paths) {
  std::set<std::string> names;
  std::vector<Candidate> all;
  for (const std::string& path : paths) {
    const fs::path normal = fs::path(path + "/").lexically_normal().parent_path();
    std::string name = normal.filename();
    if (names.contains(name)) name = normal;
    for (int copy = 2; !names.insert(name).second; ++copy) name = fmt::format("{} ({})", normal.string(), copy);
    all.push_back({path, name, open_model(path)});
  }
  return all;
}

void check_common_source(const std::vector<Candidate>& all) {
  const std::string& source = all[0].model.recipe.data.source;
  for (const Candidate& c : all)
    if (c.model.recipe.data.source != source)
      fail("{} was trained on {}, {} on {}: say by --data what to compare them on", all[0].name, source, c.name,
           c.model.recipe.data.source);
}

/// True if all models hold out the same rows of their source.
bool hold_out_same_rows(const std::vector<Candidate>& all) {
  const Recipe& first = all[0].model.recipe;
  return std::ranges::all_of(all, [&](const Candidate& c) {
    const Recipe& r = c.model.recipe;
    return r.data.validation == first.data.validation && r.data.test == first.data.test &&
           r.train.seed == first.train.seed && r.data.read.missing == first.data.read.missing;
  });
}

OpenedData open_common_data(const std::vector<Candidate>& all, DataRequest request, const Notify& notify) {
  OpenedData parts = open_splits(all[0].model, request, notify);
  if (!parts.is_held_out || hold_out_same_rows(all)) return parts;
  if (request.part)
    fail("compare: the models held out different rows of {}, so they have no common --split {}", parts.train.name,
         name_of(*request.part));
  notify(fmt::format(
      "note: the models held out different rows of {0}, so that all rows are measured, most of which they were trained "
      "on; --test FILE measures other rows",
      parts.train.name));
  request.part = DataPart::all;
  return open_splits(all[0].model, request, notify);
}

ComparedModel measure(const Candidate& c, const ComparisonRequest& request, const DataSplits& parts,
                      const EvaluationProgress& progress) {
  const Dataset& data = measured_part(parts);
  const Autoencoder& model = c.model.autoencoder;
  const int threads = thread_count(request.threads);
  ComparedModel m{.name = c.name, .description = c.model.recipe.description};
  std::vector<std::string> names = metrics_at({Placement::comparison, Placement::tables});
  names.insert(names.end(), request.metrics.begin(), request.metrics.end());
  const EvaluationProgress named = [&](std::string_view what, double done) {
    progress(fmt::format("{}: {}", c.name, what), done);
  };
  m.metrics = evaluate(model, data, names,
                       {.threads = threads,
                        .jacobian = {.probes = kProbes},
                        .train = parts.test ? &parts.train : nullptr,
                        .progress = named,
                        .note = [&](const Omission& omission) { m.omissions.push_back(omission); }});
  m.reconstruction = name_of(reconstruction_of(c.model.recipe.objective, model.network()));
  const Corruption clean({}, 0);
  m.epochs = read_run_metrics(c.path, penalty_names(c.model.recipe.objective, model.network()));
  m.analysis = analyse(model, data, clean, {.threads = threads, .progress = named});
  m.reconstructions = reconstruct_samples(model, data, clean, kSamples).reconstructions;
  return m;
}

nlohmann::ordered_json model_json(const ComparedModel& m) {
  nlohmann::ordered_json j = {{"name", m.name}, {"description", m.description}, {"metrics", metrics_json(m.metrics)}};
  for (const auto& [name, value] : m.analysis.metrics)
    if (metric_row(name).placement == Placement::figure) j["analysis"].update(metrics_json({{name, value}}));
  j["analysis"]["rows"] = m.analysis.rows;
  j["analysis"]["spectrum_rows"] = m.analysis.rows_of("jacobian_spectrum");
  j["analysis"]["contraction_rows"] = m.analysis.rows_of("contraction_ratio");
  for (const EpochRecord& e : m.epochs)
    j["loss"][m.reconstruction].push_back(e.test ? e.test->reconstruction : e.train.reconstruction);
  for (const Omission& o : m.omissions) j["left_out"][o.part] = o.reason;
  return j;
}

/// The files that write_comparison replaces.
Files comparison_files(const fs::path& folder) {
  Files files = files_below(folder / "plots");
  files.insert(files.end(), {folder / "compare.html", folder / "compare.json"});
  return files;
}

}  // namespace

Comparison compare_models(const ComparisonRequest& request, const EvaluationProgress& progress, const Notify& notify) {
  if (request.models.size() > kChartStyles)
    fail("compare: {} models, at most {} can be told apart in a plot", request.models.size(), kChartStyles);
  const auto candidates = open_candidates(request.models);
  if (request.data.source.empty()) check_common_source(candidates);
  refuse_overwriting(comparison_files(request.folder), files_of(request.models, candidates[0].model, request.data));
  const FolderFiles output(request.folder);
  for (const char* file : {"compare.html", "compare.json"}) output.has(file);  // refused before it is computed
  output.has_folder("plots");
  const DataSplits parts = open_common_data(candidates, request.data, notify);
  const Dataset& data = measured_part(parts);
  for (const Candidate& c : candidates) c.model.autoencoder.check_fits(data);
  Comparison c{data.name, data.rows(), data.sample, {}, {}};
  for (const Candidate& candidate : candidates) c.models.push_back(measure(candidate, request, parts, progress));
  c.inputs = reconstruct_samples(candidates[0].model.autoencoder, data, Corruption({}, 0), kSamples).inputs;
  return c;
}

std::string comparison_json(const Comparison& c) {
  nlohmann::ordered_json j = {{"data", c.data}, {"rows", c.rows}, {"models", nlohmann::ordered_json::array()}};
  for (const ComparedModel& m : c.models) j["models"].push_back(model_json(m));
  for (const std::string& metric : compared_metrics(c)) {
    const auto best = best_at(c, metric);
    for (size_t i = 0; i < best.size(); ++i)
      if (best[i]) j["best"][metric].push_back(c.models[i].name);
  }
  return json_line(j);
}

void write_comparison(const fs::path& folder, const Comparison& c) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw RuntimeFailure(fmt::format("{}: cannot make this folder: {}", folder.string(), error.message()));
  const Figures figures = draw_comparison(c);
  write_figures(folder, figures);
  const FolderFiles files(folder);
  files.write("compare.json", comparison_json(c) + "\n");
  files.write("compare.html", comparison_page(c, figures));
}

}  // namespace hourglass

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <utility>

#include "cli/commands.h"
#include "cli/common.h"
#include "cli/json_output.h"
#include "hourglass/app/shipped.h"
#include "hourglass/app/training_session.h"
#include "hourglass/base/text.h"
#include "hourglass/report/format.h"

namespace hourglass::cli {

namespace {

struct Options {
  TrainingRequest request;
  std::string folder, run, seed;
  int64_t epochs = 0, batch_size = 0;
  double learning_rate = 0;
  bool resume = false, overwrite = false, json = false;
};

bool is_recipe(const std::string& word) {
  return !RunFolder::is_run(word) && (std::filesystem::is_regular_file(word) || contains(shipped_recipe_names(), word));
}

/// The run to resume is the value of --resume, a run folder in place of the recipe, or --output-dir. A recipe may stand
/// after --resume, as in versions where that had no value.
void resume(const Options& o, TrainingRequest& request) {
  request.existing = RunFolder::Existing::resume;
  std::string run = o.run, &recipe = request.recipe.name;
  if (recipe.empty() && is_recipe(run)) recipe = std::exchange(run, "");
  if (run.empty() && RunFolder::is_run(recipe)) run = std::exchange(recipe, "");
  if (run.empty()) return;
  if (!o.folder.empty() && o.folder != run) fail("--resume {} and --output-dir {}: expected one folder", run, o.folder);
  request.folder = run;
}

TrainingRequest request_of(const Options& o) {
  TrainingRequest request = o.request;
  if (o.epochs > 0) request.recipe.overrides.push_back(fmt::format("train.epochs={}", o.epochs));
  if (o.batch_size > 0) request.recipe.overrides.push_back(fmt::format("train.batch_size={}", o.batch_size));
  if (o.learning_rate > 0) request.recipe.learning_rate = o.learning_rate;
  if (!o.seed.empty()) request.recipe.overrides.push_back("train.seed=" + o.seed);
  request.folder = o.folder;
  if (o.resume) resume(o, request);
  if (o.overwrite) request.existing = RunFolder::Existing::overwrite;
  return request;
}

void print_summary(const TrainingResult& result, bool json) {
  const auto& [outcome, folder, loss, epochs, kept] = result;
  const int64_t last = epochs.back().epoch;
  const std::pair<const char*, std::optional<Terms>> parts[] = {
      {"train", kept.epoch > 0 ? std::optional(kept.train) : std::nullopt},
      {"validation", kept.validation},
      {"test", kept.test}};
  nlohmann::json j = {{"run", folder.string()}, {"epochs", last}, {"kept_epoch", kept.epoch}};
  std::vector<std::string> losses;
  for (const auto& [part, terms] : parts) {
    if (!terms) continue;
    j[part] = {{loss, terms->reconstruction}};
    losses.push_back(fmt::format("{} {} {}", part, loss, format_value(terms->reconstruction)));
  }
  if (json) return print_document(j);
  const std::string epoch = kept.epoch == 0     ? "   (the initial weights; no epoch was better)"
                            : kept.epoch < last ? fmt::format("   (epoch {} of {})", kept.epoch, last)
                                                : "";
  say("{}", fmt::format("{}{}", fmt::join(losses, "   "), epoch));
  say("model and report: {}", folder);
}

void train(const Options& o) {
  ProgressBar bar(std::cerr, progress_options());
  TrainingSession session(request_of(o), bar);
  const TrainingResult result = session.run(stop_on_signals());
  if (result.outcome == RunOutcome::interrupted) {
    bar.on_note("interrupted, progress saved; continue with: " + RunFolder::resume_command(result.folder));
    throw Exit{kInterrupted};
  }
  if (result.outcome == RunOutcome::diverged) throw Exit{kFailed};
  print_summary(result, o.json);
}

}  // namespace

void add_train(Subcommand app) {
  auto verb = app.add_subcommand("train", "Train an autoencoder from a recipe");
  auto& o = verb.callback(train);
  auto recipe = verb.add_option("RECIPE", o.request.recipe.name,
                                "Name of a shipped recipe or a .toml file; if omitted, one is chosen from the data");
  verb.add_option("--data", o.request.recipe.data, "Data to train on instead of the recipe's: a path or a known name")
      .type_name("DATA");
  verb.add_option("--output-dir", o.folder, "Folder for the results (default: runs/NAME)").type_name("DIR");
  verb.add_option("--epochs", o.epochs, "Number of epochs").between(1, 1000000);
  verb.add_option("--batch-size", o.batch_size, "Rows per step").between<int64_t>(1, 1 << 20);
  verb.add_option("--learning-rate", o.learning_rate, "Learning rate of the recipe's optimizer").positive();
  verb.add_option("--seed", o.seed, "Random seed").type_name("INT");
  declare_threads(verb, o.request.threads);
  verb.add_option("--init", o.request.init, "Start from the weights in this .safetensors file").existing_file();
  declare_overrides(verb, o.request.recipe.overrides);
  auto resume = verb.add_flag("--resume", o.resume, o.run,
                              "Resume the run in the folder DIR, or else in the output folder; --epochs may be larger "
                              "than before")
                    .type_name("DIR");
  verb.add_flag("--overwrite", o.overwrite, "Replace the contents of the output folder").excludes(resume);
  verb.add_flag("--anomalies", o.request.recipe.anomalies,
                "Train an anomaly detector (recipe tabular-anomaly; series-anomaly for rows in the order of time; "
                "convolutions for images)")
      .excludes(recipe);
  verb.add_flag("--allow-large", o.request.allow_large,
                "Train networks of more than 100 million parameters, or that need more memory than there is");
  verb.add_flag("--json", o.json, "Print the result as JSON");
}

}  // namespace hourglass::cli

#include <fmt/format.h>

#include <csignal>
#include <iostream>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/common.h"
#include "hourglass/app/training_session.h"
#include "hourglass/report/format.h"

namespace hourglass::cli {

namespace {

struct Options {
  std::string recipe, data, output, init;
  std::vector<std::string> set;
  int64_t epochs = 0;
  std::string seed;
  int threads = 0;
  bool anomalies = false, resume = false, overwrite = false, json = false;
};

volatile std::sig_atomic_t stop_requested = 0;

/// The first signal asks for a clean stop; a second one ends the program as usual.
void request_stop(int signal) {
  stop_requested = 1;
  std::signal(signal, SIG_DFL);
}

std::vector<std::string> overrides(const Options& o) {
  std::vector<std::string> all = o.set;
  if (o.epochs > 0) all.push_back(fmt::format("train.epochs={}", o.epochs));
  if (!o.seed.empty()) all.push_back("train.seed=" + o.seed);
  return all;
}

RunFolder::Existing existing(const Options& o) {
  return o.resume      ? RunFolder::Existing::resume
         : o.overwrite ? RunFolder::Existing::overwrite
                       : RunFolder::Existing::refuse;
}

void print_summary(const TrainingResult& result, bool json) {
  const auto& [outcome, folder, loss, epochs] = result;
  const EpochRecord& last = epochs.back();
  if (json) {
    nlohmann::json j = {
        {"run", folder.string()}, {"epochs", last.epoch}, {"train", {{loss, last.train.reconstruction}}}};
    if (last.validation) j["validation"] = {{loss, last.validation->reconstruction}};
    if (last.test) j["test"] = {{loss, last.test->reconstruction}};
    fmt::print("{}\n", j.dump());
    return;
  }
  fmt::print("train {} {}", loss, format_value(last.train.reconstruction));
  if (last.validation) fmt::print("   validation {} {}", loss, format_value(last.validation->reconstruction));
  if (last.test) fmt::print("   test {} {}", loss, format_value(last.test->reconstruction));
  fmt::print("\nmodel and report: {}\n", folder.string());
}

void train(const Options& o) {
  ProgressBar bar(std::cerr, progress_options());
  TrainingSession session({.recipe = {o.recipe, o.data, overrides(o), o.anomalies},
                           .folder = o.output,
                           .existing = existing(o),
                           .init = o.init,
                           .threads = o.threads},
                          bar);
  for (const int signal : {SIGINT, SIGTERM, SIGUSR1}) std::signal(signal, request_stop);
  const TrainingResult result = session.run([] { return stop_requested != 0; });
  if (result.outcome == RunOutcome::interrupted) {
    bar.on_note("interrupted, progress saved; continue with --resume");
    throw Interrupted{};
  }
  if (result.outcome == RunOutcome::diverged) throw Failed{};
  print_summary(result, o.json);
}

}  // namespace

void add_train(Subcommand app) {
  auto verb = app.add_subcommand("train", "Train an autoencoder from a recipe");
  auto o = std::make_shared<Options>();
  auto recipe = verb.add_option("RECIPE", o->recipe,
                                "Name of a shipped recipe or a .toml file; if omitted, one is chosen from the data");
  verb.add_option("--data", o->data, "Data to train on instead of the recipe's: a path or a known name")
      .type_name("DATA");
  verb.add_option("--output-dir", o->output, "Folder for the results (default: runs/NAME)").type_name("DIR");
  verb.add_option("--epochs", o->epochs, "Number of epochs").between(1, 1000000);
  verb.add_option("--seed", o->seed, "Random seed").type_name("INT");
  declare_threads(verb, o->threads);
  verb.add_option("--init", o->init, "Start from the weights in this .safetensors file").existing_file();
  verb.add_option("--set", o->set, "Override any key of the recipe: section.key=value")
      .repeated()
      .type_name("KEY=VALUE");
  auto resume = verb.add_flag("--resume", o->resume, "Resume the run in the output folder");
  verb.add_flag("--overwrite", o->overwrite, "Replace the contents of the output folder").excludes(resume);
  verb.add_flag("--anomalies", o->anomalies, "Train an anomaly detector (recipe tabular-anomaly)").excludes(recipe);
  verb.add_flag("--json", o->json, "Print the result as JSON");
  verb.callback([o] { train(*o); });
}

}  // namespace hourglass::cli

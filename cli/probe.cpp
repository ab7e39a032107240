#include "hourglass/eval/classify/probe.h"

#include <fmt/format.h>

#include <iostream>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/common.h"
#include "cli/json_output.h"
#include "hourglass/app/evaluation.h"
#include "hourglass/report/format.h"
#include "hourglass/report/terminal/stage_progress.h"
#include "hourglass/train/fine_tune.h"

namespace hourglass::cli {

namespace {

struct Options : ModelOptions {
  FineTuneOptions training;
  bool fine_tune = false, raw = false;
};

using Report = nlohmann::ordered_json;

Report linear(const Options& o, const TrainedModel& model, const DataSplits& data, StageProgress& progress) {
  const auto codes = o.raw ? classified_inputs(model.autoencoder.scaler, data.train, *data.test)
                           : classified_codes(Inference(model.autoencoder, o.thread_count()), data.train, *data.test);
  const auto result =
      linear_probe(codes, o.thread_count(), [&](std::string_view what, double done) { progress.update(what, done); });
  return {{"error", result.error}, {"validation_error", result.validation_error}, {"decay", result.decay}};
}

Report tuned(const Options& o, const TrainedModel& model, const DataSplits& data, StageProgress& progress) {
  FineTuneOptions training = o.training;
  training.threads = o.thread_count();
  const auto result = fine_tune(model.autoencoder, model.recipe.model, data.train, *data.test, training,
                                [&](double done) { progress.update("fine-tuning", done); });
  return {{"error", result.error}, {"validation_error", result.validation_error},
          {"epoch", result.epoch}, {"epochs", result.epochs},
          {"rate", training.rate}, {"batch_size", training.batch_size},
          {"seed", training.seed}};
}

void probe(const Options& o) {
  const TrainedModel model = open_model(o.model);
  const DataSplits data = open_labelled_splits(model, o.data, print_note);
  Report report;
  {
    StageProgress progress(std::cerr, progress_options());
    report = o.fine_tune ? tuned(o, model, data, progress) : linear(o, model, data, progress);
  }
  if (o.json) return print_document(report);
  say("{}: {} rows, after learning from {}", data.test->name, format_count(data.test->rows()),
      format_count(data.train.rows()));
  for (const auto& [name, value] : report.items())
    say("{:17} {}", name, value.is_number_float() ? format_value(value.get<double>()) : json_line(value));
}

}  // namespace

void add_probe(Subcommand app) {
  auto verb = app.add_subcommand("probe", "Linear probe: error of a linear classifier on the codes");
  auto& o = verb.callback(probe);
  declare_model(verb, o.model);
  declare_source(verb, o.data.source);
  declare_test(verb, o.data.test);
  declare_threads(verb, o.threads);
  auto tune = verb.add_flag("--fine-tune", o.fine_tune,
                            "Train encoder and classifier together instead of a classifier on the codes as they are");
  verb.add_flag("--raw", o.raw, "Classify the inputs instead of their codes: the baseline").excludes(tune);
  const auto setting = [&](const char* name, auto& value, const char* help) {
    return verb.add_option(name, value, help).needs(tune).show_default();
  };
  constexpr int64_t kMost = int64_t{1} << 31;
  setting("--epochs", o.training.epochs, "With --fine-tune: maximum number of epochs").between(int64_t{1}, kMost);
  setting("--batch-size", o.training.batch_size, "With --fine-tune: batch size").between(int64_t{1}, kMost);
  setting("--rate", o.training.rate, "With --fine-tune: Adam's learning rate");
  setting("--seed", o.training.seed, "With --fine-tune: shuffling seed");
  verb.add_flag("--json", o.json, "Print one JSON object");
}

}  // namespace hourglass::cli

#include <fmt/format.h>

#include <csignal>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/common.h"
#include "cli/drawing.h"
#include "hourglass/app/inspect.h"
#include "hourglass/base/schema/toml.h"
#include "hourglass/recipe/suggest.h"
#include "hourglass/report/format.h"
#include "hourglass/report/terminal/progress.h"
#include "hourglass/run/jsonl.h"
#include "hourglass/run/run_folder.h"
#include "hourglass/run/run_metrics.h"
#include "hourglass/train/trainer.h"

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

constexpr const char* kAnomalyRecipe = "tabular-anomaly";

volatile std::sig_atomic_t stop_requested = 0;

/// The first signal asks for a clean stop; a second one ends the program as usual.
void request_stop(int signal) {
  stop_requested = 1;
  std::signal(signal, SIG_DFL);
}

/// A run's listeners, told in order.
class Listeners final : public RunListener {
 public:
  explicit Listeners(std::vector<RunListener*> all) : all_(std::move(all)) {}
  void on_start(const RunStart& e) override {
    for (auto* l : all_) l->on_start(e);
  }
  void on_step(const StepRecord& e) override {
    for (auto* l : all_) l->on_step(e);
  }
  void on_epoch(const EpochRecord& e) override {
    for (auto* l : all_) l->on_epoch(e);
  }
  void on_note(const std::string& e) override {
    for (auto* l : all_) l->on_note(e);
  }

 private:
  std::vector<RunListener*> all_;
};

std::vector<std::string> overrides(const Options& o) {
  std::vector<std::string> all = o.set;
  if (!o.data.empty()) all.push_back("data.source=" + toml_text({o.data, {}}));
  if (o.epochs > 0) all.push_back(fmt::format("train.epochs={}", o.epochs));
  if (!o.seed.empty()) all.push_back("train.seed=" + o.seed);
  return all;
}

RunFolder::Existing existing(const Options& o) {
  return o.resume      ? RunFolder::Existing::resume
         : o.overwrite ? RunFolder::Existing::overwrite
                       : RunFolder::Existing::refuse;
}

/// Goes on where the newest readable checkpoint stands; returns the epochs so far. Nothing when there is none.
std::optional<std::vector<EpochRecord>> resume(const RunFolder& folder, Trainer& trainer) {
  std::string problems;
  const auto checkpoint = folder.read_checkpoint(problems);
  if (!checkpoint) {
    fmt::print(stderr, "{}no usable checkpoint in {}: starting at the beginning\n", problems, folder.path().string());
    return std::nullopt;
  }
  auto epochs = trainer.restore(checkpoint->content, checkpoint->name);
  if (const auto text = checkpoint->content.metadata.find("metrics"); text != checkpoint->content.metadata.end())
    epochs = parse_epochs(text->second, checkpoint->name);  // as they were kept before they were a tensor
  if (static_cast<int64_t>(epochs.size()) != trainer.epochs_done())
    fail("{}: its metrics hold {} epochs, its weights stand after {}", checkpoint->name, epochs.size(),
         trainer.epochs_done());
  const int64_t steps = trainer.steps_into_epoch();
  fmt::print(stderr, "{}resuming from {} after epoch {}{}\n", problems, checkpoint->name, trainer.epochs_done(),
             steps > 0 ? fmt::format(" and {} steps", steps) : "");
  return epochs;
}

/// A model that cannot be scored by is a model all the same.
std::optional<AnomalyScale> anomaly_scale(Trainer& trainer) {
  try {
    return trainer.anomaly_scale();
  } catch (const Error& e) {
    fmt::print(stderr, "[anomaly] is left out: {}\n", e.what());
    return std::nullopt;
  }
}

/// Whether nothing is left to do after the last epoch.
bool is_complete(const RunFolder& folder, const std::string& model) {
  return folder.holds("model.safetensors", model) && is_drawn(folder);
}

void print_summary(const std::string& reconstruction, const std::vector<EpochRecord>& epochs, const RunFolder& folder,
                   bool json) {
  const EpochRecord& last = epochs.back();
  if (json) {
    nlohmann::json j = {{"run", folder.path().string()},
                        {"epochs", last.epoch},
                        {"train", {{reconstruction, last.train.reconstruction}}}};
    if (last.validation) j["validation"] = {{reconstruction, last.validation->reconstruction}};
    if (last.test) j["test"] = {{reconstruction, last.test->reconstruction}};
    fmt::print("{}\n", j.dump());
    return;
  }
  fmt::print("train {} {}", reconstruction, format_value(last.train.reconstruction));
  if (last.validation) fmt::print("   validation {} {}", reconstruction, format_value(last.validation->reconstruction));
  if (last.test) fmt::print("   test {} {}", reconstruction, format_value(last.test->reconstruction));
  fmt::print("\nmodel and pictures: {}\n", folder.path().string());
}

/// The weights to start from, unless a checkpoint replaces them.
Autoencoder fresh_model(const Recipe& recipe, const Shape& sample, const std::string& init) {
  Autoencoder model(recipe.model, sample);
  if (init.empty())
    initialise(model.network(), recipe.model.init, recipe.train.seed, model.theta());
  else
    model.load_weights(read_safetensors(init), init);
  return model;
}

/// What the options say of [data], before there is a recipe.
ReadOptions given_reading(const Options& o) {
  const Dataset any{"", {1}, std::vector<float>(1), {}};
  return parse_recipe(recipe_toml(suggest_recipe(o.data, {}, any)), "--set", overrides(o)).data.read;
}

/// What suits data alone: as `hourglass data inspect` suggests, or for anomaly scores.
Recipe suggested_recipe(const Options& o, const ReadOptions& how) {
  if (!o.anomalies) return suggest_recipe(o.data, how, open_data(o.data, how, print_note).train);
  Recipe recipe = open_recipe(kAnomalyRecipe, {});
  recipe.name = suggest_name(o.data);
  recipe.data.source = o.data;
  recipe.data.read = how;
  return recipe;
}

/// The recipe asked for; for data alone what suits them, as far as options leave it open.
Recipe recipe_of(const Options& o) {
  if (!o.recipe.empty()) return open_recipe(o.recipe, overrides(o));
  if (o.data.empty()) fail("train: expected a recipe, or --data to train on");
  const ReadOptions given = given_reading(o);
  const ReadOptions how = suggested_reading(inspect_source(o.data, given), given);
  const Recipe suggested = suggested_recipe(o, how);
  Recipe recipe = parse_recipe(recipe_toml(suggested), suggested.name, overrides(o));
  recipe.data.read.categorical = how.categorical;  // with those that the options name
  recipe.data.read.ignore = how.ignore;
  return recipe;
}

/// What became of columns without anybody's asking.
void tell_of_columns(const ReadOptions& how) {
  if (!how.categorical.empty())
    fmt::print(stderr, "columns of text, each value a feature: {}{}\n", fmt::join(how.categorical, ", "),
               how.label.empty() ? "; if one is the label: --set data.label=NAME" : "");
  if (!how.ignore.empty()) fmt::print(stderr, "columns left out: {}\n", fmt::join(how.ignore, ", "));
}

/// Features of which 32-bit numbers keep little, as of times in seconds since 1970.
void tell_of_rounding(const Scaler& scaler, const std::string& data) {
  if (scaler.kind != ScalerKind::standard && scaler.kind != ScalerKind::robust) return;
  for (size_t j = 0; j < scaler.offset.size(); ++j) {
    const float parts = std::abs(scaler.offset[j] * scaler.factor[j]);
    if (parts < 1e5f) continue;
    fmt::print(stderr,
               "{}: {} varies by one part in {:.0f}, and 32-bit numbers tell 16 million apart: subtract {:.0f} first\n",
               data, scaler.columns.empty() ? fmt::format("feature {}", j + 1) : scaler.columns[j], parts,
               scaler.offset[j]);
  }
}

void train(const Options& o) {
  Recipe recipe = recipe_of(o);
  RunFolder folder(o.output.empty() ? "runs/" + recipe.name : o.output, existing(o));
  if (o.recipe.empty()) tell_of_columns(recipe.data.read);
  const DataSplits data = open_data(recipe.data.source, recipe.data.read, print_note);
  recipe.data.read.classes = data.train.classes;  // so that other files' labels get the same numbers
  const Dataset* test = data.test ? &*data.test : nullptr;
  Autoencoder model = fresh_model(recipe, data.train.sample, o.init);
  Trainer trainer(recipe, model, data.train, test, o.threads);
  tell_of_rounding(model.scaler, data.train.name);
  for (const int signal : {SIGINT, SIGTERM, SIGUSR1}) std::signal(signal, request_stop);
  const auto before = o.resume ? resume(folder, trainer) : std::nullopt;
  if (before && trainer.is_finished() && is_complete(folder, model_bytes(recipe, model, anomaly_scale(trainer)))) {
    fmt::print(stderr, "this run is already finished\n");
    return print_summary(trainer.reconstruction(), *before, folder, o.json);
  }

  folder.create();
  folder.write("recipe.toml", recipe_toml(recipe));
  RunMetrics metrics(folder.path() / "metrics.jsonl", before.value_or(std::vector<EpochRecord>()));
  ProgressBar bar(std::cerr, progress_options());
  Listeners listeners({&metrics, &bar});
  const auto save = [&] { folder.write_checkpoint(trainer.checkpoint(metrics.epochs())); };
  const RunOutcome outcome = trainer.run({listeners, [] { return stop_requested != 0; }, save});
  const bool is_whole = outcome == RunOutcome::finished || outcome == RunOutcome::stopped_early;
  folder.write_model(model_bytes(recipe, model, is_whole ? anomaly_scale(trainer) : std::nullopt));
  if (outcome == RunOutcome::interrupted) {
    bar.on_note("interrupted; everything is saved, go on with --resume");
    throw Interrupted{};
  }
  if (outcome == RunOutcome::diverged) throw Failed{};
  draw_missing(folder, {recipe, model, trainer.reconstruction(), metrics.epochs(), test ? *test : data.train},
               thread_count(o.threads));
  print_summary(trainer.reconstruction(), metrics.epochs(), folder, o.json);
}

}  // namespace

void add_train(Subcommand app) {
  auto verb = app.add_subcommand("train", "Train an autoencoder from a recipe");
  auto o = std::make_shared<Options>();
  auto recipe =
      verb.add_option("RECIPE", o->recipe, "A shipped recipe's name or a .toml file; without one, what suits the data");
  verb.add_option("--data", o->data, "Data to train on instead of the recipe's: a path or a known name")
      .type_name("DATA");
  verb.add_option("--output-dir", o->output, "Folder for the results (default: runs/NAME)").type_name("DIR");
  verb.add_option("--epochs", o->epochs, "Number of epochs").between(1, 1000000);
  verb.add_option("--seed", o->seed, "Seed of everything random").type_name("INT");
  declare_threads(verb, o->threads);
  verb.add_option("--init", o->init, "Start from the weights in this .safetensors file").existing_file();
  verb.add_option("--set", o->set, "Override any key of the recipe: section.key=value")
      .repeated()
      .type_name("KEY=VALUE");
  auto resume = verb.add_flag("--resume", o->resume, "Go on where the run in the output folder stopped");
  verb.add_flag("--overwrite", o->overwrite, "Replace what the output folder holds").excludes(resume);
  verb.add_flag("--anomalies", o->anomalies, "Without a recipe: what suits the data for `hourglass score`")
      .excludes(recipe);
  verb.add_flag("--json", o->json, "Print the result as JSON");
  verb.callback([o] { train(*o); });
}

}  // namespace hourglass::cli

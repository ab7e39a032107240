#include "hourglass/app/training_session.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "hourglass/app/objective_check.h"
#include "hourglass/app/outputs.h"
#include "hourglass/app/run_report.h"
#include "hourglass/app/training.h"
#include "hourglass/app/training_size.h"
#include "hourglass/base/folder_files.h"
#include "hourglass/base/parallel.h"
#include "hourglass/data/source.h"
#include "hourglass/data/source_files.h"
#include "hourglass/recipe/suggest.h"
#include "hourglass/report/format.h"
#include "hourglass/report/html/verdict.h"
#include "hourglass/run/run_metrics.h"
#include "hourglass/tensor/processor.h"
#include "hourglass/train/resume_check.h"

namespace hourglass {

namespace {

/// Records epochs in metrics.jsonl, and passes every event on.
class RecordingListener final : public RunListener {
 public:
  RecordingListener(RunMetrics& metrics, RunListener& next) : metrics_(metrics), next_(next) {}
  void on_start(const RunStart& e) override { next_.on_start(e); }
  void on_step(const StepRecord& e) override { next_.on_step(e); }
  void on_epoch(const EpochRecord& e) override {
    metrics_.on_epoch(e);
    next_.on_epoch(e);
  }
  void on_stage(const std::string& name, double done) override { next_.on_stage(name, done); }
  void on_note(const std::string& e) override { next_.on_note(e); }

 private:
  RunMetrics& metrics_;
  RunListener& next_;
};

Notify notify_of(RunListener& listener) {
  return [&](const std::string& text) { listener.on_note(text); };
}

std::optional<InitialWeights> read_weights(const std::string& file) {
  if (file.empty()) return std::nullopt;
  return InitialWeights{read_safetensors(file), file};
}

TrainingRequest with_folder(TrainingRequest request) {
  const RecipeRequest& recipe = request.recipe;
  if (request.folder.empty())
    request.folder = std::filesystem::path("runs") / suggest_name(recipe.name.empty() ? recipe.data : recipe.name);
  return request;
}

/// A resumed run continues with its own recipe where the request names none.
void name_own_recipe(TrainingRequest& request) {
  RecipeRequest& recipe = request.recipe;
  if (request.existing != RunFolder::Existing::resume || !recipe.name.empty()) return;
  const FolderFiles run(request.folder);
  if (run.has(RunFolder::kRecipe))
    recipe.name = run.path(RunFolder::kRecipe).string();
  else if (recipe.data.empty())
    fail("{}: not a run folder, which `hourglass train` writes and which has a recipe.toml", request.folder.string());
}

/// Takes the run's own recipe as the request's, where it is used.
Recipe recipe_of(TrainingRequest& request, const Notify& notify) {
  name_own_recipe(request);
  Recipe recipe = choose_recipe(request.recipe, notify);
  if (request.recipe.anomalies && !recipe.anomaly)
    fail("{}: the run trains no anomaly detector: its recipe has no [anomaly]", request.folder.string());
  return recipe;
}

/// Of a picture with thousands of such features the first ones say it.
void note_rounding(const Dataset& data, RunListener& listener) {
  constexpr size_t kMostNamed = 10;
  const std::vector<CoarseFeature> coarse = coarse_features(data);
  for (const auto& [feature, mean, steps] : std::span(coarse).first(std::min(kMostNamed, coarse.size())))
    listener.on_note(fmt::format(
        "{}: {} varies by one part in {:.0f}, and 32-bit numbers tell 16 million apart: subtract {:.0f} first",
        data.name, feature_name(data.columns, feature), steps, mean));
  if (coarse.size() > kMostNamed)
    listener.on_note(fmt::format("{}: so do {} further features", data.name, coarse.size() - kMostNamed));
}

}  // namespace

TrainingSession::TrainingSession(const TrainingRequest& request, RunListener& listener)
    : request_(with_folder(request)),
      listener_(listener),
      folder_(request_.folder, request.existing),
      recipe_(recipe_of(request_, notify_of(listener))),
      data_(open_training_data()),
      model_(initial_model(recipe_, data_.train, read_weights(request.init))),
      trainer_(recipe_, model_, data_.train, data_.test ? &*data_.test : nullptr, request.threads) {
  note_rounding(data_.train, listener);
  if (const std::string units = data_.test ? note_of_units(*data_.test, model_.scaler) : ""; !units.empty())
    listener.on_note("warning: " + units);
}

void TrainingSession::refuse_overwriting_inputs() const {
  Files read = files_of_source(recipe_.data.source), written = folder_.training_files();
  if (const std::string& test = recipe_.data.test.text; !test.empty())
    std::ranges::move(files_of_source(test), std::back_inserter(read));
  if (!request_.init.empty()) read.emplace_back(request_.init);
  // A run resumes with its own recipe, and writing the same text again loses nothing.
  const bool is_own = request_.existing == RunFolder::Existing::resume;
  if (is_own || folder_.holds(RunFolder::kRecipe, recipe_toml(recipe_)))
    std::erase(written, folder_.path() / RunFolder::kRecipe);
  read.emplace_back(request_.recipe.name);
  refuse_overwriting(written, read);
}

DataSplits TrainingSession::open_training_data() {
  if (request_.existing == RunFolder::Existing::resume && request_.recipe.data.empty()) check_source();
  refuse_overwriting_inputs();
  DataSplits data = open_recipe_data(recipe_, notify_of(listener_));
  if (!request_.allow_large) check_training_size(recipe_, data.train, thread_count(request_.threads));
  recipe_.data.read.classes = data.train.classes;  // labels of other files get the same numbers
  return data;
}

/// The data of a resumed run may have another path now.
void TrainingSession::check_source() const {
  try {
    resolve_source(recipe_.data.source);
  } catch (const RuntimeFailure&) {
    throw;
  } catch (const Error& e) {
    fail("{}; the run in {} was trained on it: start in the same folder as before, or add --data PATH", e.what(),
         folder_.path().string());
  }
}

/// Restores the newest readable checkpoint, if there is one, and returns its epochs.
std::vector<EpochRecord> TrainingSession::resume() {
  if (request_.existing != RunFolder::Existing::resume) return {};
  std::string problems;
  const auto checkpoint = folder_.read_checkpoint(problems);
  if (!checkpoint) {
    folder_.check_may_begin_anew(problems, recipe_.train.checkpoint.epochs);
    note(fmt::format("{}no usable checkpoint in {}: starting at the beginning", problems, folder_.path().string()));
    return {};
  }
  auto epochs = trainer_.restore(checkpoint->content, checkpoint->name);
  const int64_t steps = trainer_.steps_into_epoch();
  note(fmt::format("{}resuming from {} after epoch {}{}", problems, checkpoint->name, trainer_.epochs_done(),
                   steps > 0 ? fmt::format(" and {} steps", steps) : ""));
  if (const auto other = note_of_arithmetic(checkpoint->content.metadata, arithmetic_text()); !other.empty())
    note(other);
  if (trainer_.has_stopped_early())
    note(fmt::format("the run stopped early; it continues with a larger train.early_stopping.patience than {}",
                     recipe_.train.early_stopping->patience));
  return epochs;
}

std::optional<AnomalyScale> TrainingSession::anomaly_scale(const std::function<bool()>& stop) try {
  return trainer_.anomaly_scale(stop);
} catch (const Error& e) {
  note(fmt::format("[anomaly] is left out: {}", e.what()));
  return std::nullopt;
}

double TrainingSession::introduce() {
  note(size_line(recipe_, data_, thread_count(request_.threads)));
  const auto reconstruction = reconstruction_of(recipe_.objective, model_.network());
  const ObjectiveCheck check = check_objective(recipe_, model_, data_.train, reconstruction);
  for (const std::string& warning : check.warnings) note("warning: " + warning);
  return check.loss_of_mean;
}

/// The loss of the training rows is the mean over the epoch, so that of the first says little.
void TrainingSession::compare_with_mean(const TrainingResult& result, double loss_of_mean) {
  const EpochRecord& kept = result.kept;
  const auto& held_out = kept.validation ? kept.validation : kept.test;
  const double loss = held_out ? held_out->reconstruction : kept.train.reconstruction;
  const bool says_little = (!held_out && result.epochs.size() < 2) || recipe_.objective.trim > 0 || loss_of_mean <= 0;
  if (says_little || loss < (1 - kLearned) * loss_of_mean) return;
  note(fmt::format("warning: the model is no better than the mean of the data: its {} is {}, that of the mean {}",
                   result.loss, format_value(loss), format_value(loss_of_mean)));
}

TrainingResult TrainingSession::run(const std::function<bool()>& stop) {
  TrainingResult result{RunOutcome::finished, folder_.path(), trainer_.reconstruction(), resume()};
  if (trainer_.is_finished() &&
      folder_.holds(RunFolder::kModel, model_bytes(recipe_, model_, anomaly_scale(nullptr))) && folder_.has_report()) {
    note("this run is already finished");
    result.kept = trainer_.kept_record(result.epochs);
    return result;
  }
  const double loss_of_mean = introduce();
  const std::string recipe = recipe_toml(recipe_);  // refuses one that is too large before anything is written
  folder_.create();
  folder_.write(RunFolder::kRecipe, recipe);
  RunMetrics metrics(folder_.path(), std::move(result.epochs));
  RecordingListener listener(metrics, listener_);
  // Without a checkpoint a resumed run would start from random weights.
  if (!request_.init.empty() && trainer_.epochs_done() == 0 && trainer_.steps_into_epoch() == 0)
    folder_.write_checkpoint(trainer_.checkpoint(metrics.epochs()));
  result.outcome =
      trainer_.run({listener, stop, [&] { folder_.write_checkpoint(trainer_.checkpoint(metrics.epochs())); }});
  result.epochs = metrics.epochs();
  const bool is_whole = result.outcome == RunOutcome::finished || result.outcome == RunOutcome::stopped_early;
  if (is_whole)
    finish(result, loss_of_mean, stop);
  else
    folder_.write_model(model_bytes(recipe_, model_, std::nullopt));
  return result;
}

void TrainingSession::finish(TrainingResult& result, double loss_of_mean, const std::function<bool()>& stop) try {
  result.kept = trainer_.kept_record(result.epochs);
  compare_with_mean(result, loss_of_mean);
  const std::optional<AnomalyScale> scale = anomaly_scale(stop);
  folder_.write_model(model_bytes(recipe_, model_, scale));
  draw_report(result, scale, stop);
} catch (const Interrupted&) {
  note(fmt::format("{}: the training is complete, the report is not drawn yet", folder_.path().string()));
  result.outcome = RunOutcome::interrupted;
}

void TrainingSession::draw_report(const TrainingResult& result, const std::optional<AnomalyScale>& scale,
                                  const std::function<bool()>& stop) {
  const EvaluationProgress progress = [&](std::string_view part, double done) {
    if (stop()) throw Interrupted{};
    listener_.on_stage(fmt::format("report: {}", part), done);
  };
  const auto validation = data_.test ? std::nullopt : validation_part(recipe_, data_.train);
  draw_missing_report_files(
      folder_,
      {recipe_, model_, result.loss, result.epochs, validation ? *validation : measured_part(data_),
       scale ? &*scale : nullptr, request_.threads, progress},
      notify_of(listener_));
}

TrainingResult train(const TrainingRequest& request, RunListener& listener, const std::function<bool()>& stop) {
  return TrainingSession(request, listener).run(stop);
}

}  // namespace hourglass

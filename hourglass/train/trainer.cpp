#include "hourglass/train/trainer.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <nlohmann/json.hpp>

#include "hourglass/base/parallel.h"
#include "hourglass/base/random.h"
#include "hourglass/data/unit_interval.h"
#include "hourglass/model/inference.h"
#include "hourglass/tensor/copy.h"
#include "hourglass/train/checkpoint_file.h"
#include "hourglass/train/history.h"

namespace hourglass {

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

void add_scaled(const Objective::Totals& terms, double scale, Objective::Totals& total) {
  total.loss += scale * terms.loss;
  total.reconstruction += scale * terms.reconstruction;
  total.penalties.resize(terms.penalties.size());
  for (size_t k = 0; k < terms.penalties.size(); ++k) total.penalties[k] += scale * terms.penalties[k];
}

/// The rows to train on and the model's scaler, fitted to them: needed before anything else is made.
Split prepare(const Recipe& recipe, Autoencoder& model, const Dataset& train) {
  model.check_fits(train);
  Split split = split_rows(static_cast<uint32_t>(train.rows()), recipe.data.validation, recipe.train.seed);
  model.scaler = fit_scaler(recipe.data.scale, train, split.train, recipe.data.read.missing == "mean");
  return split;
}

bool is_finite(const EpochRecord& record) {
  for (const auto& terms : {record.validation, record.test})
    if (terms && !std::isfinite(terms->reconstruction)) return false;
  return true;
}

/// SHA-256 of the data by the key of a checkpoint's metadata that holds it.
std::map<std::string, std::string> checksums(const Dataset& train, const Dataset* test) {
  std::map<std::string, std::string> sums = {{"train_data", train.sha256()}};
  if (test) sums["test_data"] = test->sha256();
  return sums;
}

/// Whether a checkpoint's recipe is this one in all that counts.
bool is_same_run(const std::string& saved, const Recipe& recipe, const std::string& name) {
  try {
    Recipe other = recipe_from_json(saved);
    other.name = recipe.name;
    other.description = recipe.description;
    other.train.checkpoint = recipe.train.checkpoint;
    return other == recipe;
  } catch (const Error& e) {
    fail("{}: {}", name, e.what());
  }
}

}  // namespace

Trainer::Trainer(const Recipe& recipe, Autoencoder& model, const Dataset& train, const Dataset* test, int threads)
    : recipe_(recipe),
      model_(model),
      train_(train),
      test_(test),
      checksums_(checksums(train, test)),
      threads_(threads, available_threads()),
      split_(prepare(recipe, model, train)),
      objective_(recipe.objective, model.network(), recipe.train.seed),
      optimizer_(recipe.train.optimizer, model.theta().dtype(), model.network().parameter_count()),
      corruption_(recipe.corruption, recipe.train.seed),
      step_(model, objective_, optimizer_, corruption_,
            std::min(recipe.train.batch_size, static_cast<int64_t>(split_.train.size()))),
      good_(model.theta().dtype(), model.theta().shape()) {
  const auto rows = static_cast<int64_t>(split_.train.size());
  steps_per_epoch_ = (rows + recipe.train.batch_size - 1) / recipe.train.batch_size;
  if (objective_.reconstruction_name() == "bce") check_unit_interval(train, model.scaler);
  if (recipe.train.early_stopping) best_ = Tensor(model.theta().dtype(), {model.network().parameter_count()});
}

Ending Trainer::run(const Hooks& hooks) {
  hooks.listener.on_start({recipe_.name, reconstruction(), recipe_.train.epochs, position_.epoch, steps_per_epoch_,
                           static_cast<int64_t>(split_.train.size())});
  remember();
  kept_ = Clock::now();  // the start is as good as a checkpoint
  while (!position_.finished)
    if (const auto ending = run_epoch(hooks)) return *ending;
  return Ending::finished;
}

std::optional<Ending> Trainer::run_epoch(const Hooks& hooks) {
  const std::vector<uint32_t> order = order_of_rows();
  while (position_.step < steps_per_epoch_) {
    train_step(order, position_.step);
    if (!std::isfinite(position_.totals.loss)) return diverge(hooks.listener);
    hooks.listener.on_step({position_.epoch, position_.step, named(position_.totals, 1.0 / position_.rows),
                            position_.seconds, position_.rows});
    const bool stop = hooks.stop();
    if (position_.step == steps_per_epoch_ || !(stop || is_checkpoint_due(hooks))) continue;
    if (!broken_tensor().empty()) return diverge(hooks.listener);
    keep(hooks);
    if (stop) return Ending::interrupted;
  }
  model_.enter({});  // epochs are compared, and kept, as the networks that are used in the end
  const EpochRecord record = end_epoch();
  if (!is_finite(record) || !broken_tensor().empty()) return diverge(hooks.listener);
  const bool over = patience_is_over(record, hooks.listener);
  hooks.listener.on_epoch(record);
  next_epoch(over);
  const bool stop = hooks.stop(), nth = epochs_done() % recipe_.train.checkpoint.epochs == 0;
  if (position_.finished || stop || nth || is_checkpoint_due(hooks))
    keep(hooks);
  else
    remember();
  if (over) return Ending::stopped_early;
  if (!position_.finished && stop) return Ending::interrupted;
  return std::nullopt;
}

std::vector<uint32_t> Trainer::order_of_rows() const {
  std::vector<uint32_t> order = split_.train;
  if (!recipe_.data.shuffle) return order;
  const auto permutation =
      shuffled(recipe_.train.seed, static_cast<uint32_t>(position_.epoch), static_cast<uint32_t>(order.size()));
  for (size_t i = 0; i < order.size(); ++i) order[i] = split_.train[permutation[i]];
  return order;
}

void Trainer::next_epoch(bool over) {
  ++position_.epoch;
  position_.step = position_.rows = 0;
  position_.seconds = 0;
  position_.totals = {};
  position_.finished = over || position_.epoch > recipe_.train.epochs;
  if (position_.finished && position_.best_epoch > 0) copy(best_, model_.theta());
}

bool Trainer::is_checkpoint_due(const Hooks& hooks) const {
  if (!hooks.checkpoint) return false;
  constexpr double kMostShare = 0.01, kShortest = 0.25, kLongest = 600;
  const double minutes = recipe_.train.checkpoint.minutes;
  return seconds_since(kept_) >= (minutes > 0 ? 60 * minutes : std::clamp(keeping_ / kMostShare, kShortest, kLongest));
}

void Trainer::keep(const Hooks& hooks) {
  remember();
  if (!hooks.checkpoint) return;
  const auto start = Clock::now();
  hooks.checkpoint();
  keeping_ = seconds_since(start);
  kept_ = Clock::now();
}

void Trainer::remember() {
  copy(model_.theta(), good_);
  good_from_ = position_.step > 0    ? fmt::format("after epoch {} step {}", position_.epoch, position_.step)
               : position_.epoch > 1 ? fmt::format("after epoch {}", epochs_done())
                                     : "from before the first step";
}

void Trainer::train_step(const std::vector<uint32_t>& order, int64_t step) {
  const auto start = Clock::now();
  const int64_t batch = recipe_.train.batch_size, first = step * batch;
  const int64_t count = std::min(batch, static_cast<int64_t>(order.size()) - first);
  const int64_t done = steps_done();
  const double rate = optimizer_.learning_rate() * schedule_factor(recipe_.train.schedule, done, steps());
  model_.enter({.progress = static_cast<double>(done) / static_cast<double>(steps())});
  const auto terms = step_.run(train_, std::span(order).subspan(first, count), static_cast<uint32_t>(position_.epoch),
                               done + 1, rate, threads_.threads());
  add_scaled(terms, static_cast<double>(count), position_.totals);
  position_.rows += count;
  ++position_.step;
  const double seconds = seconds_since(start);
  threads_.took(seconds / static_cast<double>(count));
  position_.seconds += seconds;
}

EpochRecord Trainer::blank_epoch() const {
  EpochRecord r;
  r.train = named({.penalties = std::vector<double>(objective_.penalties().size())}, 1.0);
  if (!split_.validation.empty()) r.validation.emplace();
  if (test_) r.test.emplace();
  return r;
}

EpochRecord Trainer::end_epoch() const {
  EpochRecord r;
  r.epoch = position_.epoch;
  r.train = named(position_.totals, 1.0 / static_cast<double>(position_.rows));
  if (!split_.validation.empty()) r.validation = evaluate(train_, split_.validation);
  if (test_) r.test = evaluate(*test_, {});
  r.seconds = position_.seconds;
  r.samples_per_second = position_.seconds > 0 ? static_cast<double>(position_.rows) / position_.seconds : 0.0;
  return r;
}

bool Trainer::patience_is_over(const EpochRecord& record, RunListener& listener) {
  if (!recipe_.train.early_stopping) return false;
  const auto& [patience, min_delta] = *recipe_.train.early_stopping;
  const double now = record.validation->reconstruction;
  if (position_.best_epoch == 0 || now < position_.best - min_delta) {
    position_.best = now;
    position_.best_epoch = record.epoch;
    copy(model_.theta(), best_);
    return false;
  }
  if (record.epoch - position_.best_epoch < patience) return false;
  listener.on_note(fmt::format("stopped after epoch {}: no better validation {} since epoch {}, whose weights are kept",
                               record.epoch, objective_.reconstruction_name(), position_.best_epoch));
  return true;
}

std::optional<AnomalyScale> Trainer::anomaly_scale() {
  if (!recipe_.anomaly) return std::nullopt;
  model_.enter({});
  const auto& rows = split_.validation.empty() ? split_.train : split_.validation;
  return fit_anomaly_scale(Inference(model_, threads_.most()), train_, rows, recipe_.anomaly->quantile);
}

std::string Trainer::broken_tensor() {
  const auto is_broken = [](ConstView view) { return !std::isfinite(ops::sum_of_squares(view)); };
  for (const auto& [name, view] : model_.weights())
    if (is_broken(view)) return name;
  for (const auto& [name, view] : optimizer_.state())
    if (is_broken(view)) return name;
  return "";
}

Ending Trainer::diverge(RunListener& listener) {
  const std::string tensor = broken_tensor();
  listener.on_note(fmt::format(
      "diverged at epoch {} step {}: {} is not finite; the weights {} are kept. A smaller learning rate than {} may "
      "help",
      position_.epoch, position_.step, tensor.empty() ? "the loss" : "tensor " + tensor, good_from_,
      optimizer_.learning_rate()));
  copy(good_, model_.theta());
  return Ending::diverged;
}

Terms Trainer::named(const Objective::Totals& totals, double scale) const {
  Terms t{totals.loss * scale, totals.reconstruction * scale, {}};
  for (size_t k = 0; k < totals.penalties.size(); ++k)
    t.penalties.emplace_back(objective_.penalties()[k].penalty->name(), totals.penalties[k] * scale);
  return t;
}

Terms Trainer::evaluate(const Dataset& data, std::span<const uint32_t> rows) const {
  const Inference inference(model_, threads_.most());
  const double value = objective_.reconstruction_name() == "bce" ? mean_bce(inference, data, rows)
                                                                 : mean_squared_error(inference, data, rows);
  return {value, value, {}};
}

std::map<std::string, View> Trainer::tensors() {
  std::map<std::string, View> all = optimizer_.state();
  all["theta"] = model_.theta();
  if (best_.size()) all["best"] = best_;
  return all;
}

std::string Trainer::checkpoint(const std::vector<EpochRecord>& epochs) {
  const auto& p = position_;
  const nlohmann::json position = {{"epoch", p.epoch},       {"step", p.step},
                                   {"seconds", p.seconds},   {"loss", p.totals.loss},
                                   {"rows", p.rows},         {"reconstruction", p.totals.reconstruction},
                                   {"best", p.best},         {"penalties", p.totals.penalties},
                                   {"finished", p.finished}, {"best_epoch", p.best_epoch}};
  const EpochRecord like = blank_epoch();
  const Tensor metrics = history_tensor(epochs, like);
  std::map<std::string, ConstView> views = {{"metrics", metrics}};
  for (const auto& [name, view] : tensors()) views[name] = view;
  std::map<std::string, std::string> metadata = checksums_;
  metadata.insert({{"recipe", recipe_json(recipe_)},
                   {"position", position.dump()},
                   {"columns", nlohmann::json(history_columns(like)).dump()}});
  return checkpoint_bytes(views, metadata);
}

std::vector<EpochRecord> Trainer::restore(const SafeTensors& file, const std::string& name) {
  const bool has_text = file.metadata.contains("metrics");
  for (const char* key : {"recipe", "position", has_text ? "metrics" : "columns"})
    if (!file.metadata.contains(key)) fail("{}: not a checkpoint: metadata \"{}\" is missing", name, key);
  if (!is_same_run(file.metadata.at("recipe"), recipe_, name))
    fail("{}: made with another recipe; use --overwrite to start anew", name);
  for (const auto& [key, sum] : checksums_)
    if (const auto saved = file.metadata.find(key); saved != file.metadata.end() && saved->second != sum)
      fail("{}: made with other data: the SHA-256 of its {} is {}, found {}; use --overwrite to start anew", name, key,
           saved->second, sum);
  for (auto& [tensor, view] : tensors()) {
    const auto found = file.tensors.find(tensor);
    if (found == file.tensors.end() || !(found->second.shape() == view.shape()) ||
        found->second.dtype() != view.dtype())
      fail("{}: tensor {} is missing or of another shape", name, tensor);
  }
  auto epochs = has_text ? std::vector<EpochRecord>() : read_metrics(file, name);
  position_ = read_position(file.metadata.at("position"), name);
  for (auto& [tensor, view] : tensors()) copy(file.tensors.at(tensor), view);
  return epochs;
}

std::vector<EpochRecord> Trainer::read_metrics(const SafeTensors& file, const std::string& name) const {
  const EpochRecord like = blank_epoch();
  const std::string columns = nlohmann::json(history_columns(like)).dump(), &found = file.metadata.at("columns");
  if (found != columns) fail("{}: metadata \"columns\": expected {}, found {}", name, columns, found);
  const auto metrics = file.tensors.find("metrics");
  if (metrics == file.tensors.end()) fail("{}: tensor metrics is missing", name);
  return read_history(metrics->second, like, name);
}

Trainer::Position Trainer::read_position(const std::string& text, const std::string& name) const {
  Position p;
  try {
    const auto json = nlohmann::json::parse(text);
    p = {json.at("epoch"),      json.at("step"),
         json.at("seconds"),    {json.at("loss"), json.at("reconstruction"), json.at("penalties")},
         json.at("rows"),       json.at("best"),
         json.at("best_epoch"), json.at("finished")};
  } catch (const nlohmann::json::exception&) {
    fail("{}: metadata \"position\" is damaged", name);
  }
  const int64_t last = recipe_.train.epochs + 1;
  const bool fits = p.epoch >= 1 && p.epoch <= last && p.step >= 0 && p.step < steps_per_epoch_ && p.best_epoch >= 0 &&
                    p.best_epoch < p.epoch && (p.step == 0) == (p.rows == 0) && (p.epoch < last || p.finished) &&
                    (p.step == 0 || p.totals.penalties.size() == objective_.penalties().size());
  if (!fits) fail("{}: stands at epoch {} step {}, which is not in a run on this data", name, p.epoch, p.step);
  return p;
}

}  // namespace hourglass

#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "hourglass/data/config.h"
#include "hourglass/nn/config.h"
#include "hourglass/objective/config.h"
#include "hourglass/optim/config.h"

namespace hourglass {

struct EarlyStoppingConfig {
  int64_t patience = 5;    ///< epochs without an improvement of at least min_delta
  double min_delta = 0.0;  ///< on the validation reconstruction

  bool operator==(const EarlyStoppingConfig&) const = default;
};

void fields(auto& v, EarlyStoppingConfig& c) {
  v.field("patience", c.patience, between(1, 1e6), "epochs without an improvement");
  v.field("min_delta", c.min_delta, at_least(0), "the smallest improvement that counts");
}

/// checkpoint = { epochs = 1, minutes = 10 }: a checkpoint after either interval. It does not affect results.
struct CheckpointConfig {
  int64_t epochs = 1;
  double minutes = 0.0;  ///< wall-clock time between checkpoints within an epoch; 0: the trainer chooses the interval

  bool operator==(const CheckpointConfig&) const = default;
};

void fields(auto& v, CheckpointConfig& c) {
  v.field("epochs", c.epochs, between(1, 1e6), "epochs between checkpoints");
  v.field_if_given(
      "minutes", c.minutes, above(0),
      "minutes between checkpoints, also within an epoch; default: as often as costs about 1 % of the time");
}

/// [train]
struct TrainConfig {
  int64_t epochs = 10;
  int64_t batch_size = 128;
  OptimizerConfig optimizer;
  ScheduleConfig schedule;
  double clip_norm = 0.0;  ///< largest norm of a step's gradient; 0: any
  double ema = 0.0;        ///< decay of the moving average of the weights; 0: they are not averaged
  std::optional<EarlyStoppingConfig> early_stopping;
  CheckpointConfig checkpoint;
  int64_t seed = 42;

  bool operator==(const TrainConfig&) const = default;
};

void fields(auto& v, TrainConfig& c) {
  v.field("epochs", c.epochs, between(1, 1e6), "passes over the training rows");
  v.field("batch_size", c.batch_size, between(1, 1 << 20), "rows per step");
  v.choice("optimizer", c.optimizer, "update rule of the parameters");
  v.choice("schedule", c.schedule, "how the learning rate changes from step to step");
  v.field_if_given("clip_norm", c.clip_norm, above(0),
                   "largest Euclidean norm of a step's gradient; a longer one is scaled down to it");
  v.field_if_given("ema", c.ema, inside(0, 1),
                   "decay of the moving average of the weights, which validation, test and the model file then use");
  v.table("early_stopping", c.early_stopping, "stop when the validation reconstruction no longer improves");
  v.section("checkpoint", c.checkpoint);
  v.field("seed", c.seed, at_least(0), "random seed");
}

/// What an anomaly score is computed from; model/anomaly_evidence.h has the formulas.
enum class Evidence {
  reconstruction,
  input_distance,
  output_distance,
  tails,
  histogram,
  input_neighbour,
  rank_neighbour,
  output_neighbour
};
template <>
inline const std::vector<std::string> kNames<Evidence> = {"reconstruction", "input_distance",  "output_distance",
                                                          "tails",          "histogram",       "input_neighbour",
                                                          "rank_neighbour", "output_neighbour"};

/// How the errors of the windows that cover a time step become its score.
enum class StepScore { mean, max };
template <>
inline const std::vector<std::string> kNames<StepScore> = {"mean", "max"};

/// [anomaly]: the anomaly score is fitted at the end of training and stored in the model.
struct AnomalyConfig {
  double quantile = 0.95;  ///< fraction of the fitted rows below the threshold: validation rows, or training rows if
                           ///< none are held out
  std::vector<Evidence> evidence = {};  ///< empty: the mean squared residual alone, as before there was other evidence
  StepScore steps = StepScore::mean;    ///< of series: over the windows that cover a step

  bool operator==(const AnomalyConfig&) const = default;
};

void fields(auto& v, AnomalyConfig& c) {
  v.field("quantile", c.quantile, inside(0, 1),
          "fraction of the validation rows below the threshold; of the training rows if none are held out");
  v.field_if_given("evidence", c.evidence, OneOf{kNames<Evidence>},
                   "what the score combines; without it the score is the mean squared residual");
  v.field_if_given("steps", c.steps, OneOf{kNames<StepScore>},
                   "of series: the score of a time step is the mean, the default, or the maximum over its windows");
}

/// The configuration of a training run: the configs of all modules.
struct Recipe {
  std::string name;  ///< shipped name or file stem; not a key
  std::string description;
  DataConfig data;
  ModelConfig model;
  ObjectiveConfig objective;
  std::optional<AugmentationConfig> augmentation;
  CorruptionConfig corruption;
  TrainConfig train;
  std::optional<AnomalyConfig> anomaly;

  bool operator==(const Recipe&) const = default;
};

void fields(auto& v, Recipe& r) {
  v.field_if_given("description", r.description, Anything{}, "one sentence for `hourglass recipes`");
  v.section("data", r.data);
  v.section("model", r.model);
  v.section("objective", r.objective);
  v.table("augmentation", r.augmentation, "random changes to training images");
  v.section("corruption", r.corruption);
  v.section("train", r.train);
  v.table("anomaly", r.anomaly, "fits the anomaly score at the end of training and stores it in the model");
}

/// Reads a recipe from a TOML file of at most 8 MB; its name is the file's stem. Each override is `section.key=value`,
/// has priority over the file, and its value is in TOML's syntax or a bare word: `train.epochs=3`,
/// `train.optimizer={sgd=0.1}`, `model.init=he`. Early stopping, and
/// the plateau schedule, without a validation split get one of 0.1. Throws
/// Error with file, line and column, or the override.
Recipe read_recipe(const std::filesystem::path& path, std::span<const std::string> overrides = {});

/// Reads a recipe from a text, as read_recipe does; `name` replaces the file name in errors.
Recipe parse_recipe(std::string_view text, const std::string& name, std::span<const std::string> overrides = {});

/// Writes the recipe with all defaults as TOML; parse_recipe reads it back to an equal recipe. Throws Error if it would
/// be larger than read_recipe allows.
std::string recipe_toml(const Recipe& recipe);

/// Writes the recipe with all defaults as one line of JSON, for the metadata of model files.
std::string recipe_json(const Recipe& recipe);

/// Markdown table of all recipe keys with default, allowed values and meaning.
std::string recipe_reference();

/// Reads the output of recipe_json, which `name` stands for in errors; the recipe's name is not part of it. The text
/// may be untrusted. Throws Error.
Recipe recipe_from_json(std::string_view text, const std::string& name = "recipe");

}  // namespace hourglass

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
#include "hourglass/recipe/anomaly_config.h"

namespace hourglass {

struct EarlyStoppingConfig {
  int64_t patience = 5;    ///< epochs without an improvement of at least min_delta
  double min_delta = 0.0;  ///< on the validation reconstruction

  bool operator==(const EarlyStoppingConfig&) const = default;
};

template <class V>
void fields(V& v, EarlyStoppingConfig& c) {
  v.field("patience", c.patience, between(1, 1e6), "epochs without an improvement");
  v.field("min_delta", c.min_delta, at_least(0), "the smallest improvement that counts");
}

/// checkpoint = { epochs = 1, minutes = 10 }: whichever comes first. It changes no result.
struct CheckpointConfig {
  int64_t epochs = 1;
  double minutes = 0.0;  ///< of wall-clock time; within an epoch too. 0: as Trainer sees fit

  bool operator==(const CheckpointConfig&) const = default;
};

template <class V>
void fields(V& v, CheckpointConfig& c) {
  v.field("epochs", c.epochs, between(1, 1e6), "a checkpoint after so many epochs");
  v.field_if_given(
      "minutes", c.minutes, above(0),
      "or after so many minutes, within an epoch too; unless given, as often as takes about 1 % of the time");
}

/// [train]
struct TrainConfig {
  int64_t epochs = 10;
  int64_t batch_size = 128;
  OptimizerConfig optimizer;
  ScheduleConfig schedule;
  std::optional<EarlyStoppingConfig> early_stopping;
  CheckpointConfig checkpoint;
  uint64_t seed = 42;

  bool operator==(const TrainConfig&) const = default;
};

template <class V>
void fields(V& v, TrainConfig& c) {
  v.field("epochs", c.epochs, between(1, 1e6), "passes over the training rows");
  v.field("batch_size", c.batch_size, between(1, 1 << 20), "rows per step");
  v.choice("optimizer", c.optimizer, "how weights move");
  v.choice("schedule", c.schedule, "how the learning rate changes from step to step");
  v.table("early_stopping", c.early_stopping, "stop when the validation reconstruction no longer improves");
  v.section("checkpoint", c.checkpoint);
  v.field("seed", c.seed, at_least(0), "of everything random");
}

/// Everything a training run is: the sum of every room's own config.
struct Recipe {
  std::string name;  ///< shipped name or file stem; not a key
  std::string description;
  DataConfig data;
  ModelConfig model;
  ObjectiveConfig objective;
  CorruptionConfig corruption;
  TrainConfig train;
  std::optional<AnomalyConfig> anomaly;

  bool operator==(const Recipe&) const = default;
};

template <class V>
void fields(V& v, Recipe& r) {
  v.field_if_given("description", r.description, Anything{}, "one sentence for `hourglass recipes`");
  v.section("data", r.data);
  v.section("model", r.model);
  v.section("objective", r.objective);
  v.section("corruption", r.corruption);
  v.section("train", r.train);
  v.table("anomaly", r.anomaly, "keep in the model what `score` measures rows against");
}

/// A recipe from a TOML file of at most 1 MB; its name is the file's stem. Each override is `section.key=value`, beats
/// the file and takes a value in TOML's syntax or a bare word: `train.epochs=3`, `train.optimizer={sgd=0.1}`,
/// `model.init=he`. Early stopping without a validation split gets one of 0.1. Throws Error with file, line and column,
/// or the override.
Recipe read_recipe(const std::filesystem::path& path, std::span<const std::string> overrides = {});

/// As read_recipe, of a text; `name` stands for the file.
Recipe parse_recipe(std::string_view text, const std::string& name, std::span<const std::string> overrides = {});

/// The recipe with every default written out, as TOML that parse_recipe reads back to an equal one.
std::string recipe_toml(const Recipe& recipe);

/// The same tree on one line of JSON, for a model file's metadata.
std::string recipe_json(const Recipe& recipe);

/// Every key of a recipe with its default, what is allowed and what it does, as a Markdown table.
std::string recipe_reference();

/// The inverse of recipe_json, but for the name, which is no key. Throws Error; the text need not be trusted.
Recipe recipe_from_json(std::string_view text);

}  // namespace hourglass

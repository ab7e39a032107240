#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "cli/subcommand.h"
#include "hourglass/data/dataset.h"
#include "hourglass/model/model_file.h"
#include "hourglass/recipe/recipe.h"
#include "hourglass/report/terminal/progress.h"

namespace hourglass::cli {

/// A shipped recipe's name or a path, with `section.key=value` overrides.
Recipe find_recipe(const std::string& name_or_path, const std::vector<std::string>& overrides);

/// open_source, with a word on stderr when a data set must be fetched first.
DataSplits open_data(const std::string& source, const ReadOptions& how, std::span<const std::string> features = {});

/// The names of the shipped pre-trained models, sorted.
std::vector<std::string> shipped_models();

/// The weights of a shipped pre-trained model. Throws Error for an unknown name, with the nearest known one, and when
/// they are not what their card says.
std::filesystem::path shipped_weights(const std::string& name);

inline constexpr const char* kModelHelp = "A run folder, a .safetensors file or a shipped model's name";

/// What the verbs that use a trained model share: MODEL, --data, --split, --threads.
struct ModelOptions {
  std::string model, data, split, output;
  int threads = 0;

  void declare(Subcommand verb);
  /// The same without MODEL.
  void declare_data(Subcommand verb);
  void declare_output(Subcommand verb);
  TrainedModel load() const;
  /// The data asked for, or the model's own, with the features it was trained on; without a test part where the
  /// training part is asked for.
  DataSplits open_parts(const TrainedModel& model) const;
  /// The part of them asked for: the test part where there is one. Data without parts is all of it.
  Dataset open(const TrainedModel& model) const;
  /// Likewise for what holds a row for each of its rows: where the recipe drops rows, they are refused.
  Dataset open_each_row(const TrainedModel& model) const;
  int thread_count() const;

 private:
  DataSplits open_parts(const TrainedModel& model, const ReadOptions& how) const;
  Dataset open(const TrainedModel& model, const ReadOptions& how) const;
};

/// Progress goes to stderr: a bar on a terminal, plain lines elsewhere.
ProgressOptions progress_options();

/// Declares --threads; 0 stands for what is really there.
void declare_threads(Subcommand verb, int& threads);
int thread_count(int asked);

/// Writes rows to `path` by its ending: .npy, .csv (one line a row, below the columns' names where there are any).
void write_rows(const std::string& path, ConstView rows, std::span<const std::string> columns = {});
/// Throws Error when the ending is not one of `endings`, e.g. {".npy", ".csv"}, or the folder is not there.
void check_output(const std::string& path, const std::vector<std::string>& endings);

}  // namespace hourglass::cli

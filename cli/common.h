#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "cli/subcommand.h"
#include "hourglass/app/open.h"
#include "hourglass/base/parallel.h"
#include "hourglass/report/terminal/progress.h"

namespace hourglass::cli {

/// Prints a line on stderr.
void print_note(const std::string& text);

inline constexpr const char* kModelHelp = "A run folder, a .safetensors file or a shipped model's name";

/// What the verbs that use a trained model share: MODEL, --data, --split, --threads.
struct ModelOptions {
  std::string model, data, split, output;
  int threads = 0;

  void declare(Subcommand verb);
  /// The same without MODEL.
  void declare_data(Subcommand verb);
  void declare_output(Subcommand verb);
  TrainedModel load() const { return open_model(model); }
  DataSplits open_parts(const TrainedModel& m) const { return open_splits(m, {data, split}, print_note); }
  Dataset open_each_row(const TrainedModel& m) const { return open_every_row(m, {data, split}, print_note); }
  int thread_count() const { return hourglass::thread_count(threads); }
};

/// Progress goes to stderr: a bar on a terminal, plain lines elsewhere.
ProgressOptions progress_options();

/// Declares --threads; 0 means all available cores.
void declare_threads(Subcommand verb, int& threads);

}  // namespace hourglass::cli

#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cli/output.h"
#include "cli/subcommand.h"
#include "hourglass/app/open.h"
#include "hourglass/base/parallel.h"
#include "hourglass/report/terminal/progress.h"

namespace hourglass::cli {

/// From now on the first SIGINT, SIGTERM or SIGUSR1 asks for a clean stop, which the returned function tells; a second
/// one ends the program as usual. A signal that the parent ignores stays ignored, as of nohup and background jobs.
std::function<bool()> stop_on_signals();

/// From now on a signal that ends the program also deletes its temporary files and folders (base/leftover.h).
void remove_leftovers_on_signals();

/// Progress goes to stderr: a bar on a terminal, plain lines elsewhere.
ProgressOptions progress_options();

inline constexpr const char* kModelHelp = "A run folder, a .safetensors file or a shipped model's name";

/// Declares MODEL.
void declare_model(Subcommand verb, std::string& model);
/// Declares --threads; 0 means all available cores.
void declare_threads(Subcommand verb, int& threads);
/// Declares --data.
void declare_source(Subcommand verb, std::string& source);
/// Declares --data, --split and --threads, for a subcommand that writes one line per row.
void declare_data(Subcommand verb, DataRequest& data, int& threads);
/// Declares --keep.
void declare_keep(Subcommand verb, std::vector<std::string>& keep);
/// The same and --test, for a subcommand that measures.
void declare_measured_data(Subcommand verb, DataRequest& data, int& threads);
/// Declares --test.
Option declare_test(Subcommand verb, std::string& test);
/// Declares --output.
void declare_output(Subcommand verb, std::string& output);
/// Declares --set.
void declare_overrides(Subcommand verb, std::vector<std::string>& overrides);

/// Options of the subcommands that use one trained model.
struct ModelOptions {
  std::string model, output;
  DataRequest data;
  int threads = 0;
  bool json = false;

  int thread_count() const { return hourglass::thread_count(threads); }
};

}  // namespace hourglass::cli

#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "hourglass/base/error.h"

namespace hourglass {

/// Error: the program is not on the PATH.
class ProgramNotFound : public RuntimeFailure {
 public:
  using RuntimeFailure::RuntimeFailure;
};

struct ProcessOptions {
  std::filesystem::path folder = {};  ///< working directory; empty: the calling process's
  std::string_view input = {};        ///< what the program reads from standard input
  bool own_group = false;             ///< run in a new process group, which Ctrl-C in the terminal does not reach
  std::string_view hidden = {};       ///< name of an environment variable that the program does not get; empty: none
};

struct ProcessResult {
  int exit_status = 0;  ///< -1 if a signal ended the program
  std::string output;   ///< standard output
  std::string errors;   ///< standard error
};

/// Runs a program found on the PATH and waits for its end; no shell interprets the arguments. Throws ProgramNotFound,
/// and RuntimeFailure with the command if it cannot be started.
ProcessResult run_process(const std::vector<std::string>& command, const ProcessOptions& options = {});

/// Runs a program in `folder` as run_process does and returns its standard output. Throws RuntimeFailure with the first
/// line of its output if its exit status is not 0.
std::string run_program(const std::vector<std::string>& command, const std::filesystem::path& folder);

}  // namespace hourglass

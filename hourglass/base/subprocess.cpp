#include "hourglass/base/subprocess.h"

#include <fcntl.h>
#include <fmt/ranges.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <system_error>

#include "hourglass/base/file.h"

namespace hourglass {
namespace {

namespace fs = std::filesystem;

/// Message that begins with the command line.
std::string about(const std::vector<std::string>& command, std::string_view message) {
  return fmt::format("{}: {}", fmt::join(command, " "), message);
}

/// Set-up of the child process. Its standard streams are the files "in", "out" and "err": with pipes, either side could
/// wait for the other, or be ended by SIGPIPE.
struct SpawnSettings {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;

  SpawnSettings(const ProcessOptions& options, const fs::path& files) {
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    if (options.own_group) posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, (files / "in").c_str(), O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, (files / "out").c_str(), O_WRONLY | O_CREAT, 0600);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, (files / "err").c_str(), O_WRONLY | O_CREAT, 0600);
    if (!options.folder.empty()) posix_spawn_file_actions_addchdir_np(&actions, options.folder.c_str());
  }
  SpawnSettings(const SpawnSettings&) = delete;
  ~SpawnSettings() {
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
  }
};

/// The environment without the variable of this name.
std::vector<char*> environment_without(std::string_view name) {
  std::vector<char*> variables;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view text = *variable;
    if (name.empty() || text.substr(0, text.find('=')) != name) variables.push_back(*variable);
  }
  variables.push_back(nullptr);
  return variables;
}

pid_t start(const std::vector<std::string>& command, const SpawnSettings& settings, std::string_view hidden) {
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  pid_t process = 0;
  const int error = posix_spawnp(&process, arguments[0], &settings.actions, &settings.attributes, arguments.data(),
                                 environment_without(hidden).data());
  if (error == ENOENT) throw ProgramNotFound(about(command, command[0] + " is not installed"));
  if (error != 0) throw RuntimeFailure(about(command, std::generic_category().message(error)));
  return process;
}

}  // namespace

ProcessResult run_process(const std::vector<std::string>& command, const ProcessOptions& options) {
  const TemporaryFolder files;
  std::ofstream in(files.path() / "in", std::ios::binary);
  if (!in.write(options.input.data(), std::ssize(options.input)).flush())
    throw RuntimeFailure(about(command, "cannot write its input to " + files.path().string()));
  const pid_t process = start(command, SpawnSettings(options, files.path()), options.hidden);
  int status = 0;
  if (TEMP_FAILURE_RETRY(waitpid(process, &status, 0)) < 0)
    throw RuntimeFailure(about(command, std::generic_category().message(errno)));
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read_file(files.path() / "out"),
          read_file(files.path() / "err")};
}

std::string run_program(const std::vector<std::string>& command, const fs::path& folder) {
  ProcessResult result = run_process(command, {.folder = folder});
  if (result.exit_status == 0) return std::move(result.output);
  const std::string said = (result.errors.empty() ? result.output : result.errors).substr(0, 200);
  throw RuntimeFailure(about(command, said.empty() ? "failed without a message" : said.substr(0, said.find('\n'))));
}

}  // namespace hourglass

#include "hourglass/base/subprocess.h"

#include <fmt/ranges.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

namespace hourglass {
namespace {

// Files rather than pipes: no deadlock between two full pipes, no SIGPIPE when the program stops reading early.
using TemporaryFile = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

[[noreturn]] void fail_at(const char* step, int error) {
  throw std::system_error(error, std::generic_category(), step);
}

TemporaryFile temporary_file(std::string_view content = "") {
  TemporaryFile file(std::tmpfile(), &std::fclose);
  if (!file) fail_at("no temporary file", errno);
  if (std::fwrite(content.data(), 1, content.size(), file.get()) != content.size() || std::fflush(file.get()) != 0)
    fail_at("writing a temporary file", errno);
  std::rewind(file.get());
  return file;
}

std::string content_of(std::FILE* file) {
  std::rewind(file);
  std::string text;
  char buffer[4096];
  while (const size_t n = std::fread(buffer, 1, sizeof buffer, file)) text.append(buffer, n);
  if (std::ferror(file)) fail_at("reading its output", errno);
  return text;
}

/// A message that begins with the command line.
std::string about(const std::vector<std::string>& command, std::string_view message) {
  return fmt::format("{}: {}", fmt::join(command, " "), message);
}

/// How the child process is set up before the program starts.
struct SpawnSettings {
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;

  SpawnSettings(const ProcessOptions& options, std::FILE* in, std::FILE* out, std::FILE* err) {
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attributes);
    if (options.own_group) posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    if (!options.folder.empty()) posix_spawn_file_actions_addchdir_np(&files, options.folder.c_str());
    posix_spawn_file_actions_adddup2(&files, fileno(in), STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&files, fileno(out), STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&files, fileno(err), STDERR_FILENO);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  ~SpawnSettings() {
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
  }
};

pid_t start(const std::vector<std::string>& command, const SpawnSettings& settings) {
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  pid_t process = 0;
  const int error =
      posix_spawnp(&process, arguments[0], &settings.files, &settings.attributes, arguments.data(), environ);
  if (error == ENOENT) throw ProgramNotFound(about(command, command[0] + " is not installed"));
  if (error != 0) fail_at("cannot start", error);
  return process;
}

/// The exit status, or -1 if a signal ended the process.
int wait_for(pid_t process) {
  int status = 0;
  while (waitpid(process, &status, 0) < 0)
    if (errno != EINTR) fail_at("waiting for it", errno);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

ProcessResult run_process(const std::vector<std::string>& command, const ProcessOptions& options) try {
  const TemporaryFile in = temporary_file(options.input), out = temporary_file(), err = temporary_file();
  const int status = wait_for(start(command, SpawnSettings(options, in.get(), out.get(), err.get())));
  return {status, content_of(out.get()), content_of(err.get())};
} catch (const std::system_error& e) {
  throw RuntimeFailure(about(command, e.what()));
}

std::string run_program(const std::vector<std::string>& command, const std::filesystem::path& folder) {
  ProcessResult result = run_process(command, {.folder = folder});
  if (result.exit_status == 0) return std::move(result.output);
  const std::string said = (result.errors.empty() ? result.output : result.errors).substr(0, 200);
  throw RuntimeFailure(about(command, said.empty() ? "failed without a message" : said.substr(0, said.find('\n'))));
}

}  // namespace hourglass

#include "hourglass/report/plot/gnuplot.h"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "hourglass/base/error.h"

namespace hourglass {
namespace {

// Files rather than pipes: no deadlock between two full pipes, no SIGPIPE when gnuplot stops early.
using TemporaryFile = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

[[noreturn]] void fail_to_run(const std::string& why) { throw RuntimeFailure("cannot run gnuplot: " + why); }

TemporaryFile temporary_file(std::string_view content = "") {
  TemporaryFile file(std::tmpfile(), &std::fclose);
  if (!file) fail_to_run(std::string("no temporary file: ") + std::strerror(errno));
  if (std::fwrite(content.data(), 1, content.size(), file.get()) != content.size() || std::fflush(file.get()) != 0)
    fail_to_run(std::string("writing a temporary file: ") + std::strerror(errno));
  std::rewind(file.get());
  return file;
}

std::string content_of(std::FILE* file) {
  std::rewind(file);
  std::string text;
  char buffer[4096];
  while (const size_t n = std::fread(buffer, 1, sizeof buffer, file)) text.append(buffer, n);
  if (std::ferror(file)) fail_to_run(std::string("reading its output: ") + std::strerror(errno));
  return text;
}

/// Starts gnuplot in a process group of its own: a Ctrl-C meant for training lets a picture be finished.
pid_t start_gnuplot(std::FILE* in, std::FILE* out, std::FILE* err) {
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&files);
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  posix_spawn_file_actions_adddup2(&files, fileno(in), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&files, fileno(out), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&files, fileno(err), STDERR_FILENO);
  char name[] = "gnuplot", no_start_up_files[] = "-d";
  char* const arguments[] = {name, no_start_up_files, nullptr};
  pid_t process = 0;
  const int problem = posix_spawnp(&process, name, &files, &attributes, arguments, environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  if (problem == ENOENT) throw RuntimeFailure("gnuplot is not installed; Debian's package is gnuplot-nox");
  if (problem != 0) fail_to_run(std::strerror(problem));
  return process;
}

/// The exit status; a signal counts as −1.
int wait_for(pid_t process) {
  int status = 0;
  while (waitpid(process, &status, 0) < 0)
    if (errno != EINTR) fail_to_run(std::strerror(errno));
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

std::string run_gnuplot(const std::string& script) {
  const TemporaryFile in = temporary_file(script), out = temporary_file(), err = temporary_file();
  const int status = wait_for(start_gnuplot(in.get(), out.get(), err.get()));
  std::string result = content_of(out.get());
  if (status != 0 || result.empty())
    throw RuntimeFailure(fmt::format("gnuplot failed (exit status {}): {}", status, content_of(err.get())));
  return result;
}

std::string gnuplot_quoted(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    // Not the doubled quote of gnuplot's manual: its scanner stumbles over several in a row.
    if (c == '\'')
      quoted += "’";
    else
      quoted += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? ' ' : c;
  }
  return quoted + "'";
}

}  // namespace hourglass

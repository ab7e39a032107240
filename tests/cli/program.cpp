#include "cli/program.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <stdexcept>
#include <utility>

namespace hourglass::cli_test {

namespace {

/// A pipe whose ends do not leak into other children.
std::array<int, 2> make_pipe() {
  std::array<int, 2> ends;
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe2 failed");
  return ends;
}

/// Nothing of the machine's own data and folders.
void set_environment(const std::filesystem::path& folder) {
  ::setenv("HOURGLASS_DATA_DIR", (folder / "data").c_str(), 1);
  ::setenv("XDG_DATA_HOME", (folder / "data" / "home").c_str(), 1);
  ::setenv("HOME", folder.c_str(), 1);
}

[[noreturn]] void become(const Launch& launch, int out, int err) {
  ::setpgid(0, 0);
  ::dup2(::open("/dev/null", O_RDONLY), STDIN_FILENO);
  ::dup2(out, STDOUT_FILENO);
  ::dup2(err, STDERR_FILENO);
  set_environment(launch.folder);
  // A test that runs in the background has them ignored, and the program would ignore them too.
  for (const int signal : {SIGINT, SIGTERM, SIGUSR1}) ::signal(signal, SIG_DFL);
  launch.before();
  const char* const other = std::getenv("HOURGLASS");  // another build of the program, such as one with sanitizers
  std::vector<char*> words{const_cast<char*>(other ? other : HOURGLASS_PROGRAM)};
  for (const std::string& word : launch.arguments) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  if (::chdir(launch.folder.c_str()) == 0) ::execv(words[0], words.data());
  ::_exit(127);
}

}  // namespace

std::function<void()> limited(__rlimit_resource resource, rlim_t most) {
  return [resource, most] {
    const rlimit limit{most, most};
    ::setrlimit(resource, &limit);
  };
}

void obey_permissions() {
  for (const int power : {CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH}) ::prctl(PR_CAPBSET_DROP, power, 0, 0, 0);
}

Process::Process(const Launch& launch) {
  const auto out = make_pipe(), err = make_pipe();
  child_ = ::fork();
  if (child_ < 0) throw std::runtime_error("fork failed");
  if (child_ == 0) become(launch, out[1], err[1]);
  ::setpgid(child_, child_);
  ::close(out[1]);
  ::close(err[1]);
  out_.descriptor = out[0];
  err_.descriptor = err[0];
}

Process::~Process() {
  if (!ended_) {
    send(SIGKILL);
    ::waitpid(child_, nullptr, 0);
  }
  for (const Stream* stream : {&out_, &err_})
    if (stream->descriptor >= 0) ::close(stream->descriptor);
}

// To the whole group, as a terminal does: a plot in the making ends too.
void Process::send(int signal) const { ::kill(-child_, signal); }

bool Process::says(const std::string& text) {
  while (err_.text.find(text) == std::string::npos)
    if (!read_some()) return err_.text.find(text) != std::string::npos;
  return true;
}

bool Process::read_some() {
  constexpr int kMinutes = kIsSanitized ? 10 : 1;
  std::array<pollfd, 2> waiting{pollfd{out_.descriptor, POLLIN, 0}, pollfd{err_.descriptor, POLLIN, 0}};
  if (out_.descriptor < 0 && err_.descriptor < 0) return false;
  if (::poll(waiting.data(), waiting.size(), kMinutes * 60'000) == 0) {
    ADD_FAILURE() << "silent for " << kMinutes << " min, ended; so far it said:\n" << err_.text;
    send(SIGKILL);
  }
  std::array<char, 4096> buffer;
  for (size_t i = 0; i < waiting.size(); ++i) {
    if (waiting[i].revents == 0) continue;
    Stream& stream = i == 0 ? out_ : err_;
    const ssize_t n = ::read(stream.descriptor, buffer.data(), buffer.size());
    if (n > 0)
      stream.text.append(buffer.data(), static_cast<size_t>(n));
    else if (n == 0)
      ::close(std::exchange(stream.descriptor, -1));
  }
  return true;
}

Outcome Process::wait() {
  while (read_some()) {
  }
  int status = 0;
  while (::waitpid(child_, &status, 0) < 0 && errno == EINTR) {
  }
  ended_ = true;
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return {code, out_.text, err_.text};
}

}  // namespace hourglass::cli_test

#include "hourglass/data/process.h"

#include <fcntl.h>
#include <fmt/ranges.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "hourglass/base/error.h"
#include "hourglass/base/file.h"

namespace hourglass {
namespace {

/// What the program's standard streams are, and where it runs.
struct Surroundings {
  posix_spawn_file_actions_t actions;

  explicit Surroundings(const std::filesystem::path& folder) {
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "output", O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  }
  Surroundings(const Surroundings&) = delete;
  ~Surroundings() { posix_spawn_file_actions_destroy(&actions); }
};

[[noreturn]] void failed(const std::vector<std::string>& command, const std::string& why) {
  throw RuntimeFailure(fmt::format("{}: {}", fmt::join(command, " "), why));
}

}  // namespace

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "hourglass-XXXXXX").string();
  if (!::mkdtemp(name.data())) {
    throw RuntimeFailure(fmt::format("{}: cannot create: {}", name, std::generic_category().message(errno)));
  }
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

void run_program(const std::vector<std::string>& command, const std::filesystem::path& folder) {
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const Surroundings surroundings(folder);
  pid_t child;
  const int error = ::posix_spawnp(&child, arguments[0], &surroundings.actions, nullptr, arguments.data(), environ);
  if (error == ENOENT) failed(command, fmt::format("{} is not installed", command[0]));
  if (error != 0) failed(command, std::generic_category().message(error));
  int status;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) failed(command, std::generic_category().message(errno));
  }
  if (status == 0) return;
  std::string said = read_file(folder / "output").substr(0, 200);
  failed(command, said.empty() ? "failed without a word" : said.substr(0, said.find('\n')));
}

}  // namespace hourglass

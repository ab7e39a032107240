#include "hourglass/data/spool.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "hourglass/base/error.h"
#include "hourglass/base/file.h"

namespace hourglass {
namespace {

namespace fs = std::filesystem;

bool is_standard_input(const std::string& name) { return name == "-" || name == "/dev/stdin" || name == "/dev/fd/0"; }

void copy(int from, int to, const std::string& name) {
  std::vector<char> buffer(size_t{1} << 20);
  uint64_t total = 0;
  while (true) {
    const ssize_t n = TEMP_FAILURE_RETRY(::read(from, buffer.data(), buffer.size()));
    if (n < 0) cannot_read(name, errno);
    if (n == 0) return;
    total += static_cast<uint64_t>(n);
    if (total > kMostSpooled)
      fail("{}: more than the {} GiB that can be read from a pipe; write a file and name that", name,
           kMostSpooled >> 30);
    if (const int error = write_all(to, {buffer.data(), static_cast<size_t>(n)}))
      cannot_write(fs::temp_directory_path(), error);
  }
}

std::unique_ptr<Descriptor> copied(const std::string& name) {
  const bool is_input = is_standard_input(name);
  if (is_input && ::isatty(STDIN_FILENO)) fail("{}: standard input is a terminal; expected a file or a pipe", name);
  const Descriptor from(is_input ? ::dup(STDIN_FILENO) : open_retrying(name, O_RDONLY));
  if (from.value < 0) cannot_read(name, errno);
  auto to = temporary_file();
  copy(from.value, to->value, name);
  return to;
}

}  // namespace

std::unique_ptr<Descriptor> temporary_file() {
  const fs::path folder = fs::temp_directory_path();
  auto file = std::make_unique<Descriptor>(::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (file->value >= 0) return file;
  // The file system has no files without a name.
  std::string path = (folder / "hourglass-XXXXXX").string();
  file = std::make_unique<Descriptor>(::mkostemp(path.data(), O_CLOEXEC));
  if (file->value < 0) cannot_write(path, errno);
  ::unlink(path.c_str());
  return file;
}

bool is_stream(const std::string& name) {
  struct stat info;
  if (is_standard_input(name)) return true;
  return ::stat(name.c_str(), &info) == 0 && (S_ISFIFO(info.st_mode) || S_ISSOCK(info.st_mode));
}

fs::path spooled(const std::string& name) {
  static std::mutex mutex;
  static std::map<std::string, std::unique_ptr<Descriptor>> files;
  const std::lock_guard lock(mutex);
  auto& file = files[is_standard_input(name) ? "-" : name];
  if (!file) file = copied(name);
  return "/proc/self/fd/" + std::to_string(file->value);
}

}  // namespace hourglass

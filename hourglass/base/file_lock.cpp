#include "hourglass/base/file_lock.h"

#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include "hourglass/base/descriptor.h"
#include "hourglass/base/error.h"

namespace hourglass {
namespace {

int open_file(const std::filesystem::path& path) {
  const int descriptor = open_retrying(path, O_RDWR | O_CREAT);
  if (descriptor < 0)
    throw RuntimeFailure(fmt::format("{}: cannot write: {}", path.string(), std::generic_category().message(errno)));
  return descriptor;
}

/// Tries to lock; false if another process holds the lock.
bool lock(int descriptor) {
  int result;
  do result = ::flock(descriptor, LOCK_EX | LOCK_NB);
  while (result != 0 && errno == EINTR);
  return result == 0 || errno != EWOULDBLOCK;
}

/// True if the path still refers to the file of the descriptor: the previous holder deletes the file.
bool is_at(int descriptor, const std::filesystem::path& path) {
  struct stat open_file, named;
  return ::fstat(descriptor, &open_file) == 0 && ::stat(path.c_str(), &named) == 0 &&
         open_file.st_ino == named.st_ino && open_file.st_dev == named.st_dev;
}

std::string holder_name() {
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  return fmt::format("process {} on {}\n", ::getpid(), host.data());
}

std::string first_line(int descriptor) {
  std::array<char, 300> text{};
  const ssize_t n = ::pread(descriptor, text.data(), text.size(), 0);
  const std::string_view line(text.data(), static_cast<size_t>(std::max<ssize_t>(n, 0)));
  return std::string(line.substr(0, line.find('\n')));
}

[[noreturn]] void held(const std::filesystem::path& folder, const std::string& holder) {
  throw RuntimeFailure(fmt::format("{}: in use by {}; wait for its end or choose another folder", folder.string(),
                                   holder.empty() ? "another process" : holder));
}

}  // namespace

FileLock::FileLock(std::filesystem::path path) : path_(std::move(path)), descriptor_(-1) {
  while (true) {
    descriptor_ = open_file(path_);
    const bool locked = lock(descriptor_);
    if (locked && is_at(descriptor_, path_)) break;
    const std::string holder = locked ? "" : first_line(descriptor_);
    ::close(descriptor_);
    if (!locked) held(path_.parent_path(), holder);
  }
  const std::string name = holder_name();
  // On a full disk the lock is still valid without the name.
  if (::ftruncate(descriptor_, 0) == 0) [[maybe_unused]]
    const auto n = ::write(descriptor_, name.data(), name.size());
}

FileLock::FileLock(FileLock&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)) {}

FileLock::~FileLock() {
  if (descriptor_ < 0) return;
  ::unlink(path_.c_str());
  ::close(descriptor_);
}

}  // namespace hourglass

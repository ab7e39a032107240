#include "hourglass/base/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "hourglass/base/error.h"
#include "hourglass/base/file.h"

namespace hourglass {
namespace {

/// Tries to lock; false if another process holds the lock.
bool lock(int descriptor) {
  return TEMP_FAILURE_RETRY(::flock(descriptor, LOCK_EX | LOCK_NB)) == 0 || errno != EWOULDBLOCK;
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

}  // namespace

FileLock::FileLock(std::filesystem::path path) : path_(std::move(path)), descriptor_(-1) {
  while (true) {
    descriptor_ = open_retrying(path_, O_RDWR | O_CREAT);
    if (descriptor_ < 0) cannot_write(path_, errno);
    const bool locked = lock(descriptor_);
    if (locked && is_at(descriptor_, path_)) break;
    const std::string holder = locked ? "" : first_line(descriptor_);
    ::close(descriptor_);
    if (!locked)
      throw RuntimeFailure(fmt::format("{}: in use by {}; wait for its end or choose another folder",
                                       path_.parent_path().string(), holder.empty() ? "another process" : holder));
  }
  const std::string name = holder_name();
  // On a full disk the lock is still valid without the name.
  if (::ftruncate(descriptor_, 0) == 0) [[maybe_unused]]
    const auto n = ::write(descriptor_, name.data(), name.size());
}

FileLock::~FileLock() {
  ::unlink(path_.c_str());
  ::close(descriptor_);
}

}  // namespace hourglass

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
#include "hourglass/base/folder_files.h"

namespace hourglass {
namespace {

/// Tries to lock; false if another process holds the lock.
bool lock(int descriptor) {
  return TEMP_FAILURE_RETRY(::flock(descriptor, LOCK_EX | LOCK_NB)) == 0 || errno != EWOULDBLOCK;
}

/// True if the path still refers to the file of the descriptor: the previous holder deletes the file.
bool is_at(int descriptor, const std::filesystem::path& path) {
  struct stat open_file, named;
  return ::fstat(descriptor, &open_file) == 0 && ::lstat(path.c_str(), &named) == 0 &&
         open_file.st_ino == named.st_ino && open_file.st_dev == named.st_dev;
}

constexpr std::string_view kHolder = "process ";

std::string holder_name() {
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  return fmt::format("{}{} on {}\n", kHolder, ::getpid(), host.data());
}

std::string first_line(int descriptor) {
  std::array<char, 300> text{};
  const ssize_t n = ::pread(descriptor, text.data(), text.size(), 0);
  const std::string_view line(text.data(), static_cast<size_t>(std::max<ssize_t>(n, 0)));
  return std::string(line.substr(0, line.find('\n')));
}

/// Whether an existing file was left by this program. False for an empty one, throws Error for any other.
bool is_left_lock(int descriptor, const std::filesystem::path& path) {
  struct stat info;
  if (::fstat(descriptor, &info) != 0) cannot_read(path, errno);
  if (info.st_nlink > 1)
    fail("{}: is a hard link to another file, expected the lock file of a run folder; remove it", path.string());
  if (info.st_size > 0 && !first_line(descriptor).starts_with(kHolder))
    fail("{}: is no lock file of this program, so it stays as it is; move it, or choose another folder", path.string());
  return info.st_size > 0;
}

}  // namespace

FileLock::FileLock(std::filesystem::path path) : path_(std::move(path)) {
  while (!acquire()) {
  }
  if (!leftover_) return;
  const std::string name = holder_name();
  // On a full disk the lock is still valid without the name.
  if (::ftruncate(file_->value, 0) == 0) [[maybe_unused]]
    const auto n = ::pwrite(file_->value, name.data(), name.size(), 0);
}

/// False if the previous holder deleted the file meanwhile.
bool FileLock::acquire() {
  const FolderFiles folder(path_.parent_path());
  const std::string name = path_.filename();
  file_.emplace(folder.open(name, O_RDWR | O_CREAT | O_EXCL));
  const bool is_new = file_->value >= 0;
  if (!is_new && errno == EEXIST) {
    file_.emplace(folder.open(name, O_RDWR));
    if (file_->value < 0 && errno == ENOENT) return false;
  }
  if (file_->value < 0) cannot_write(path_, errno);
  if (!lock(file_->value)) {
    const std::string holder = first_line(file_->value);
    throw RuntimeFailure(fmt::format("{}: in use by {}; wait for its end or choose another folder",
                                     path_.parent_path().string(), holder.empty() ? "another process" : holder));
  }
  if (!is_at(file_->value, path_)) return false;
  if (is_new || is_left_lock(file_->value, path_)) leftover_.emplace(path_, Leftover::Kind::file);
  return true;
}

FileLock::~FileLock() {
  if (leftover_ && is_at(file_->value, path_)) ::unlink(path_.c_str());
}

}  // namespace hourglass

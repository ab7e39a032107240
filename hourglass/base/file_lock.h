#pragma once

#include <filesystem>

namespace hourglass {

/// Locks the file `path` for one process at a time and writes the name of the holder into it. The operating system
/// releases the lock when the process ends, so a file left behind does not lock anything. On file systems without locks
/// it has no effect.
class FileLock {
 public:
  /// Acquires the lock. Throws RuntimeFailure with process and host if another process holds it, or if the file cannot
  /// be created.
  explicit FileLock(std::filesystem::path path);
  FileLock(const FileLock&) = delete;
  ~FileLock();

 private:
  std::filesystem::path path_;
  int descriptor_;
};

}  // namespace hourglass

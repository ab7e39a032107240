#pragma once

#include <filesystem>

namespace hourglass {

/// Holds `path` as a lock for one process at a time; the file names the holder. The system takes the lock back when the
/// process ends, however it ends: a file that is left behind holds nobody up. On file systems without locks it does
/// nothing.
class FileLock {
 public:
  /// Throws RuntimeFailure naming process and host when another process holds it, or the file cannot be made.
  explicit FileLock(std::filesystem::path path);
  FileLock(FileLock&& other) noexcept;
  ~FileLock();

 private:
  std::filesystem::path path_;
  int descriptor_;
};

}  // namespace hourglass

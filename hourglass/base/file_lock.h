#pragma once

#include <filesystem>
#include <optional>

#include "hourglass/base/file.h"
#include "hourglass/base/leftover.h"

namespace hourglass {

/// Locks the file `path` for one process at a time and writes the name of the holder into it. The operating system
/// releases the lock when the process ends, so a file left behind does not lock anything. On file systems without locks
/// it has no effect. The file is deleted at the end, or when a signal ends the program; an empty file that was there
/// before stays as it is.
class FileLock {
 public:
  /// Acquires the lock. Throws RuntimeFailure with process and host if another process holds it, or if the file cannot
  /// be created. Throws Error if a link, or a file that is no lock of this program, has its name.
  explicit FileLock(std::filesystem::path path);
  FileLock(const FileLock&) = delete;
  ~FileLock();

 private:
  bool acquire();

  std::filesystem::path path_;
  std::optional<Descriptor> file_;
  std::optional<Leftover> leftover_;  ///< set if the file is this program's, which deletes it
};

}  // namespace hourglass

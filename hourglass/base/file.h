#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace hourglass {

/// Owns a file descriptor and closes it in the destructor; negative means no file.
struct Descriptor {
  int value;

  explicit Descriptor(int descriptor) : value(descriptor) {}
  Descriptor(const Descriptor&) = delete;
  ~Descriptor();
};

/// Calls open(2) and retries if a signal interrupts it. New files get the permissions 0666 minus the umask.
int open_retrying(const std::filesystem::path& path, int flags);

/// Throws Error "PATH: cannot read: REASON" for an error number of the operating system.
[[noreturn]] void cannot_read(const std::filesystem::path& path, int error);
/// Throws RuntimeFailure "PATH: cannot write: REASON".
[[noreturn]] void cannot_write(const std::filesystem::path& path, int error);

/// Writes all bytes to an open file; returns 0 or the error number of the failure.
int write_all(int descriptor, std::string_view bytes);

/// Reads a whole file. Throws Error with path and reason if it is missing, unreadable, a directory, or longer than
/// `limit` bytes; the length is checked before reading.
std::string read_file(const std::filesystem::path& path, size_t limit = SIZE_MAX);

/// Reads the first `count` bytes of a file, or all if it is shorter. Throws Error as read_file does.
std::string read_start(const std::filesystem::path& path, size_t count);

/// True if the file exists and consists of exactly these bytes. Throws Error if it cannot be read.
bool file_holds(const std::filesystem::path& path, std::string_view bytes);

/// Writes `bytes` to `path` atomically: write to a temporary file in the same folder, fsync, rename, fsync of the
/// folder. On failure throws RuntimeFailure with path and reason, deletes the temporary file and leaves the previous
/// file unchanged.
void write_file_atomically(const std::filesystem::path& path, std::string_view bytes);

/// Appends `bytes` to a regular file of exactly `size` bytes, then fsync. Returns false and changes nothing if there is
/// no such file or its size differs. On failure throws RuntimeFailure with path and reason and cuts the file back to
/// `size`.
bool append_to_file(const std::filesystem::path& path, uint64_t size, std::string_view bytes);

/// The files in `folder` and its sub-folders; symbolic links to folders are not followed. None if there is no such
/// folder; a sub-folder that cannot be read counts as empty.
std::vector<std::filesystem::path> files_below(const std::filesystem::path& folder);

/// Deletes the temporary files that killed processes left in `folder` (not in its sub-folders). Errors are ignored. No
/// other process may write to the folder meanwhile.
void remove_temporaries(const std::filesystem::path& folder);

/// A new folder below the system's temporary folder, deleted with its content at the end of the scope.
class TemporaryFolder {
 public:
  TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  ~TemporaryFolder();
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace hourglass

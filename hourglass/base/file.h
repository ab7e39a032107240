#pragma once

#include <sys/types.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hourglass/base/leftover.h"

namespace hourglass {

/// Owns a file descriptor and closes it in the destructor; negative means no file.
struct Descriptor {
  int value;

  explicit Descriptor(int descriptor) : value(descriptor) {}
  Descriptor(Descriptor&& other) noexcept : value(std::exchange(other.value, -1)) {}
  ~Descriptor();
};

/// Calls open(2) and retries if a signal interrupts it. New files get the permissions `mode` minus the umask.
int open_retrying(const std::filesystem::path& path, int flags, mode_t mode = 0666);

/// Throws Error "PATH: cannot read: REASON" for an error number of the operating system.
[[noreturn]] void cannot_read(const std::filesystem::path& path, int error);
/// Throws RuntimeFailure "PATH: cannot write: REASON".
[[noreturn]] void cannot_write(const std::filesystem::path& path, int error);

/// Writes all bytes to an open file; returns 0 or the error number of the failure.
int write_all(int descriptor, std::string_view bytes);

/// Reads a whole file, which may be a pipe. Throws Error with path and reason if it is missing, unreadable, a
/// directory, a device, or longer than `limit` bytes; the length is checked before reading.
std::string read_file(const std::filesystem::path& path, size_t limit = SIZE_MAX);

/// As read_file, but does not wait for a pipe that no program writes to: that is an Error.
std::string read_file_at_hand(const std::filesystem::path& path);

/// Reads an open file from where it stands to its end; `path` is its name in messages.
std::string read_open_file(const Descriptor& file, const std::filesystem::path& path, size_t limit = SIZE_MAX);

/// Reads the first `count` bytes of a file, or all if it is shorter. Throws Error as read_file does.
std::string read_start(const std::filesystem::path& path, size_t count);

/// A file that appears under its name when it is complete: append() writes to a temporary file in the same folder,
/// commit() is fsync, rename, fsync of the folder. A file that is replaced keeps its permissions. On failure they throw
/// RuntimeFailure with path and reason. Without commit() the temporary file is deleted and the previous file stays as
/// it was.
class AtomicFile {
 public:
  /// Whether a symbolic link at `path` stays and the file that it refers to is replaced, or the link is.
  enum class Links { follow, replace };

  explicit AtomicFile(std::filesystem::path path, Links links = Links::follow);
  AtomicFile(const AtomicFile&) = delete;
  ~AtomicFile();
  void append(std::string_view bytes);
  void commit();

 private:
  struct Content;
  std::filesystem::path path_;
  // The folder is opened first, so that after the rename only its fsync can fail.
  Descriptor folder_;
  std::unique_ptr<Content> content_;
};

/// Writes all of an AtomicFile.
void write_file_atomically(const std::filesystem::path& path, std::string_view bytes);

/// The same, but what is at `path` is replaced even if it is a symbolic link.
void replace_file(const std::filesystem::path& path, std::string_view bytes);

/// Appends `bytes` to a file of `size` bytes that was opened with O_APPEND, then fsync. On failure throws
/// RuntimeFailure with path and reason and cuts the file back to `size`.
void append_to_open_file(const Descriptor& file, const std::filesystem::path& path, uint64_t size,
                         std::string_view bytes);

/// The files in `folder` and its sub-folders; symbolic links to folders are not followed. None if there is no such
/// folder; a sub-folder that cannot be read counts as empty.
std::vector<std::filesystem::path> files_below(const std::filesystem::path& folder);

/// Whether write_file_atomically names its temporary files like this: ".hourglass-PROCESS-NUMBER.tmp".
bool is_temporary_name(std::string_view name);

/// Deletes the temporary files that killed processes left in `folder` (not in its sub-folders). Errors are ignored. No
/// other process may write to the folder meanwhile.
void remove_temporaries(const std::filesystem::path& folder);

/// A new folder below the system's temporary folder, deleted with its content at the end of the scope, or when a signal
/// ends the program.
class TemporaryFolder {
 public:
  TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  ~TemporaryFolder();
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  std::optional<Leftover> leftover_;
};

}  // namespace hourglass

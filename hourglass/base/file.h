#pragma once

#include <filesystem>
#include <memory>
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

/// Reads a whole file. Throws Error with path and reason if it is missing, unreadable, a directory, or longer than
/// `limit` bytes; the length is checked before reading.
std::string read_file(const std::filesystem::path& path, size_t limit = SIZE_MAX);

/// Reads the first `count` bytes of a file, or all if it is shorter. Throws Error as read_file does.
std::string read_start(const std::filesystem::path& path, size_t count);

/// True if the file exists and consists of exactly these bytes. Throws Error if it cannot be read.
bool file_holds(const std::filesystem::path& path, std::string_view bytes);

/// A file that appears under its name when it is complete: append() writes to a temporary file in the same folder,
/// commit() is fsync, rename, fsync of the folder. On failure they throw RuntimeFailure with path and reason. Without
/// commit() the temporary file is deleted and the previous file stays as it was.
class AtomicFile {
 public:
  explicit AtomicFile(std::filesystem::path path);
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

#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace hourglass {

/// Memory-mapped file: pages are read on demand and evicted under memory pressure. If the file is truncated or its disk
/// fails while it is mapped, access to the lost part raises SIGBUS; see mapped_file_at.
class MappedFile {
 public:
  /// Maps the file. Throws Error with path and reason if it is missing, unreadable or not a regular file.
  explicit MappedFile(const std::filesystem::path& path);
  MappedFile(const MappedFile&) = delete;
  ~MappedFile();

  std::string_view bytes() const { return bytes_; }

 private:
  friend const char* mapped_file_at(const void* address);

  std::string path_;  ///< printable
  std::string_view bytes_;
};

/// Path of the mapped file that contains an address, made printable, or null. May be called in a handler of SIGBUS, to
/// report which file was lost. Only the first 16 files mapped at the same time are known.
const char* mapped_file_at(const void* address);

}  // namespace hourglass

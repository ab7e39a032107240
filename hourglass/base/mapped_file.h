#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace hourglass {

/// A file's bytes, read from disk when they are touched and forgotten when memory is short. When the file becomes
/// shorter meanwhile, or the disk fails, touching what is lost raises SIGBUS: see mapped_file_at.
class MappedFile {
 public:
  /// Throws Error with path and reason when the file is missing, unreadable or not a regular file.
  explicit MappedFile(const std::filesystem::path& path);
  MappedFile(const MappedFile&) = delete;
  ~MappedFile();

  std::string_view bytes() const { return bytes_; }

 private:
  friend const char* mapped_file_at(const void* address);

  std::string path_;
  std::string_view bytes_;
};

/// The path of a mapped file that an address lies in, or null. A handler of SIGBUS may call it, and so tell its user
/// which file was lost; of more than 16 files mapped at a time the first ones are known.
const char* mapped_file_at(const void* address);

}  // namespace hourglass

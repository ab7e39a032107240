#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "hourglass/base/file.h"

namespace hourglass {

/// The files of a folder that another user may have written, as a run folder may be. Names are relative to the folder:
/// "checkpoint/newest.safetensors". Neither a file nor a sub-folder is taken through a symbolic link, and a file is a
/// regular one, not a pipe or device: every function throws Error naming what it found instead, and for a name
/// that leads out of the folder. The folder itself may be named through a link.
class FolderFiles {
 public:
  explicit FolderFiles(std::filesystem::path folder) : folder_(std::move(folder)) {}

  std::filesystem::path path(const std::string& file) const { return folder_ / file; }

  /// Whether there is a file of this name.
  bool has(const std::string& file) const;
  /// Whether there is a sub-folder of this name.
  bool has_folder(const std::string& name) const;
  /// Opens a file as open(2) does. Negative, with errno, if there is none or it cannot be opened.
  Descriptor open(const std::string& file, int flags) const;
  /// Reads a whole file. Throws Error with path and reason if it cannot be read.
  std::string read(const std::string& file) const;
  /// True if the file exists and consists of exactly these bytes.
  bool holds(const std::string& file, std::string_view bytes) const { return has(file) && read(file) == bytes; }

  /// Replaces a file or creates it, atomically as write_file_atomically does. The sub-folder must exist.
  void write(const std::string& file, std::string_view bytes) const;
  /// Appends to a file of exactly `size` bytes and syncs it. Returns false and changes nothing if there is no such
  /// file, its size differs, or another name, a hard link, refers to it as well. Throws RuntimeFailure if it cannot be
  /// written, and cuts the file back.
  bool append(const std::string& file, uint64_t size, std::string_view bytes) const;
  /// Deletes a regular file; does nothing to anything else of this name, and ignores errors.
  void remove(const std::string& file) const;
  /// Makes a sub-folder, unless it exists. Throws RuntimeFailure with path and reason if it cannot be made.
  void make_folder(const std::string& name) const;

 private:
  std::filesystem::path folder_;
};

}  // namespace hourglass

#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "hourglass/base/leftover.h"

namespace hourglass {

/// A folder that is made, with those around it, where it does not exist. Unless keep() is called, those that were made
/// are deleted at the end of the scope, as far as they are empty.
class NewFolder {
 public:
  /// Throws RuntimeFailure with path and reason if it cannot be made.
  explicit NewFolder(const std::filesystem::path& path);
  NewFolder(const NewFolder&) = delete;
  ~NewFolder();

  void keep() { made_.clear(); }

 private:
  struct Made {
    explicit Made(const std::filesystem::path& path) : path(path), leftover(path, Leftover::Kind::empty_folder) {}
    std::filesystem::path path;
    Leftover leftover;
  };
  std::vector<std::unique_ptr<Made>> made_;  ///< the outermost first
};

}  // namespace hourglass

#pragma once

#include <filesystem>

namespace hourglass {

/// A path that must not outlive the program: a temporary file or folder. While this object lives, remove_leftovers()
/// deletes what is there. The object itself deletes nothing.
class Leftover {
 public:
  enum class Kind {
    file,
    tree,          ///< a folder with all that it holds
    empty_folder,  ///< a folder that stays if anything else is in it
  };

  Leftover(const std::filesystem::path& path, Kind kind);
  Leftover(const Leftover&) = delete;
  ~Leftover();

 private:
  int slot_;  ///< negative: there were too many, or the path is too long
};

/// Deletes all leftovers. For a handler of a signal that ends the program: it calls only what POSIX allows there.
void remove_leftovers();

}  // namespace hourglass

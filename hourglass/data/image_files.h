#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace hourglass {

/// An image file and the name of its class; empty if it lies in the folder itself.
struct ImageFile {
  std::filesystem::path path;
  std::string class_name;
};

/// The PNG and JPEG files of a folder and its sub-folders at any depth: those of a folder in the order of their names,
/// then those of its sub-folders.
struct ImageFiles {
  std::filesystem::path folder;
  std::vector<ImageFile> images;
  bool has_labels = false;              ///< every image lies in a sub-folder; the first one is its class
  std::vector<std::string> notes = {};  ///< sentences about files that are not read and classes that are a guess
};

/// True for a PNG or JPEG file by its first bytes or its extension. Throws Error if it cannot be read.
bool is_image_file(const std::filesystem::path& file);

/// True if a file of the folder, at any depth, is a picture by its first bytes or its extension, read or not.
bool holds_pictures(const std::filesystem::path& folder);

/// Lists the images of a folder. Hidden files, Thumbs.db and desktop.ini are ignored; other files are counted in a
/// note. Symbolic links are followed, but not to a folder that they lie in. Throws Error if there are no images, with
/// what there is instead, and for a file or folder that cannot be read.
ImageFiles list_images(const std::filesystem::path& folder);

}  // namespace hourglass

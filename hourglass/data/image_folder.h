#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "hourglass/data/config.h"
#include "hourglass/data/dataset.h"

namespace hourglass {

/// Whether the folder, or a sub-folder of it, holds a file that begins as a PNG or JPEG, or is called so.
bool is_image_folder(const std::filesystem::path& folder);

/// The images of a folder, in the order of their paths, as bytes (channels, height, width). In sub-folders their
/// names are the labels: their places in `classes`, or without these the numbers where all names are whole numbers,
/// else places in alphabetical order. With exactly the sub-folders "train" and "test" these are the two parts, numbered
/// alike. Files that are neither images nor called so (.png, .jpg, .jpeg), and whose names begin with a dot, do not
/// count. Symbolic links are followed.
/// Sizes: as `images` asks; without it all must be equal. Channels: as `images` asks, else 3 if any has colour.
/// Throws Error naming the file: no image, damaged, of another size than the first, or too much for memory
/// (2³⁴ values in all).
DataSplits read_image_folder(const std::filesystem::path& folder, const std::optional<ImagesConfig>& images,
                             const std::vector<std::string>& classes = {});

}  // namespace hourglass

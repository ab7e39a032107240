#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "hourglass/data/config.h"
#include "hourglass/data/dataset.h"

namespace hourglass {

/// True for a PNG or JPEG file by its first bytes or its extension.
bool is_image_file(const std::filesystem::path& file);

/// True if the folder or one of its sub-folders has a file that is a PNG or JPEG by its first bytes or its extension.
bool is_image_folder(const std::filesystem::path& folder);

/// Reads the images of a folder in the order of their paths, as bytes of shape (channels, height, width). The names of
/// sub-folders are the labels: their positions in `classes`; without `classes`, their values if all names are integers,
/// otherwise their positions in alphabetical order. If the sub-folders are exactly "train" and "test", they are the two
/// parts, with common labels. Other files and hidden files are ignored; files called .png, .jpg or .jpeg must be
/// images. Symbolic links are followed.
/// Sizes: those of `images`; without it all sizes must be equal. Channels: those of `images`, else 3 if any image has
/// colour.
/// Throws Error with the name of the file if it is not an image, is damaged, has another size than the first, or if all
/// images have more than 2³⁴ values.
DataSplits read_image_folder(const std::filesystem::path& folder, const std::optional<ImagesConfig>& images,
                             const std::vector<std::string>& classes = {});

}  // namespace hourglass

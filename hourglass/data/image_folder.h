#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "hourglass/data/config.h"
#include "hourglass/data/dataset.h"

namespace hourglass {

/// Reads the images of a folder, at any depth (image_files.h), as bytes of shape (channels, height, width). The class
/// of an image is the first folder below `folder`, and its label the class's position in `classes`; without `classes`,
/// its value if all names are integers, otherwise its position in alphabetical order. There are no labels if an image
/// lies in `folder` itself. If the sub-folders are exactly "train" and "test", they are the two parts, with common
/// labels. Sizes: those of `images`; without it all sizes must be equal. Channels: those of `images`, else 3 if any
/// image has colour. Throws Error with the name of the file if it is not an image, is damaged, has another size than
/// the first, or if all images have more than 2³⁴ values.
DataSplits read_image_folder(const std::filesystem::path& folder, const std::optional<ImagesConfig>& images,
                             const std::vector<std::string>& classes = {});

/// The size to which the images of a folder may be resized if they have several: their median width and height, reduced
/// in proportion to at most 64 pixels along the longer side. Empty if all have the same size.
std::optional<ImagesConfig> common_size(const std::filesystem::path& folder);

}  // namespace hourglass

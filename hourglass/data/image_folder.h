#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "hourglass/data/config.h"
#include "hourglass/data/dataset.h"

namespace hourglass {

/// Reads the images of a folder, at any depth (image_files.h), as bytes of shape (channels, height, width), in the
/// order of their names. They are decoded by all available threads. Images of kMapFrom bytes and more are kept in a
/// temporary file (byte_store.h), so that their number is limited by the disk. Of `how` are used:
///
///   classes      the class of an image is the first folder below `folder`, its label the class's position in
///                `classes`; without `classes`, its value if all names are integers, otherwise its position in
///                alphabetical order. There are no labels if an image lies in `folder` itself.
///   images       the size of all samples; without it all sizes must be equal. Channels: those that it names, else 3
///                if any image has colour.
///   skip_broken  an image that cannot be decoded is left out; a note counts them.
///
/// If the sub-folders are exactly "train" and "test", they are the two parts, with common labels. Throws Error with the
/// name of the file if it is not an image, is damaged or has another size than the first.
DataSplits read_image_folder(const std::filesystem::path& folder, const ReadOptions& how = {});

/// The size to which the images of a folder may be resized if they have several: their median width and height, reduced
/// in proportion to at most 64 pixels along the longer side. Empty if all have the same size.
std::optional<ImagesConfig> common_size(const std::filesystem::path& folder);

}  // namespace hourglass

#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace hourglass {

/// The files that open_source reads for a name: the file itself, without ":MEMBER"; the images or IDX files of a
/// folder; those of a known data set that is stored already. Empty if there are none. Throws Error as list_images does.
std::vector<std::filesystem::path> files_of_source(const std::string& name);

}  // namespace hourglass

#pragma once

#include <string>
#include <vector>

namespace hourglass {

/// Position of `member` among the names of the arrays in a file, or of the only array if it is empty. Throws Error with
/// the names (at most 20) if there is no such array. `noun` is what an array is called.
size_t find_array(const std::vector<std::string>& names, const std::string& member, const std::string& file,
                  const char* noun);

}  // namespace hourglass

#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace hourglass {

/// The whole file as bytes. Throws Error with path and reason when it is missing, unreadable or a directory, and before
/// reading when it is longer than `limit` bytes.
std::string read_file(const std::filesystem::path& path, size_t limit = SIZE_MAX);

/// Whether there is a file with exactly these bytes. Throws Error when it cannot be read.
bool file_holds(const std::filesystem::path& path, std::string_view bytes);

/// Puts `bytes` under `path`: written to a temporary in the same folder, fsync, rename, fsync of the folder.
/// On failure throws RuntimeFailure with path and reason; the temporary is gone and the previous file whole.
void write_file_atomically(const std::filesystem::path& path, std::string_view bytes);

/// Deletes the temporaries that killed processes left in `folder`, not below it, as far as that can be read. Not while
/// anybody writes there.
void remove_temporaries(const std::filesystem::path& folder);

}  // namespace hourglass

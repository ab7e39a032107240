#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "hourglass/base/file.h"

namespace hourglass {

/// Maximum number of bytes read from a pipe.
constexpr uint64_t kMostSpooled = uint64_t{1} << 33;

/// A new file without a name in the system's temporary folder. Throws RuntimeFailure if there can be none.
std::unique_ptr<Descriptor> temporary_file();

/// True for "-" and for a path of standard input, a pipe or a socket, which can be read only once.
bool is_stream(const std::string& name);

/// A path under which the bytes of a stream can be read again and again: on the first call for this name they are
/// copied to a temporary file without a name, which lasts as long as the process. May be called by several threads.
/// Throws Error if the stream cannot be read or has more than kMostSpooled bytes, RuntimeFailure if the temporary
/// folder cannot be written.
std::filesystem::path spooled(const std::string& name);

}  // namespace hourglass

#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace hourglass {

/// A folder of its own under the system's temporary folder, deleted with all it holds at the end of its scope.
class TemporaryFolder {
 public:
  TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  ~TemporaryFolder();
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// Runs a program, found on the PATH, in `folder` and waits for it; no shell reads the arguments. What it prints goes
/// to the file `output` in the folder. Throws RuntimeFailure with its first words when it cannot be started or fails.
void run_program(const std::vector<std::string>& command, const std::filesystem::path& folder);

}  // namespace hourglass

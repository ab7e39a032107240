#include "hourglass/base/new_folder.h"

#include <algorithm>
#include <system_error>

#include "hourglass/base/error.h"

namespace hourglass {

namespace fs = std::filesystem;

NewFolder::NewFolder(const fs::path& path) {
  std::error_code error;
  std::vector<fs::path> missing;
  fs::path next = fs::weakly_canonical(fs::absolute(path), error);
  if (!error && !next.has_filename()) next = next.parent_path();
  for (; !error && next.has_relative_path() && !fs::exists(next, error); next = next.parent_path())
    missing.push_back(next);
  std::ranges::reverse(missing);
  for (const fs::path& folder : missing) made_.push_back(std::make_unique<Made>(folder));
  if (!error) fs::create_directories(path, error);
  if (error) throw RuntimeFailure(fmt::format("{}: cannot make this folder: {}", path.string(), error.message()));
}

NewFolder::~NewFolder() {
  std::error_code ignored;
  for (auto made = made_.rbegin(); made != made_.rend(); ++made) fs::remove((*made)->path, ignored);
}

}  // namespace hourglass

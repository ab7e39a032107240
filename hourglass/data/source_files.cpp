#include "hourglass/data/source_files.h"

#include "hourglass/data/image_files.h"
#include "hourglass/data/known.h"

namespace hourglass {
namespace {

namespace fs = std::filesystem;

/// The path in PATH or PATH:MEMBER; "-" is standard input, which may be a file.
fs::path path_of(const std::string& name) {
  if (name == "-") return "/dev/stdin";
  std::error_code ignored;
  return fs::exists(name, ignored) ? name : name.substr(0, name.rfind(':'));
}

std::vector<fs::path> files_in(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const char* name : kSplitFiles)
    if (const auto file = plain_or_gz(folder, name)) files.push_back(*file);
  if (holds_pictures(folder))
    for (const ImageFile& image : list_images(folder).images) files.push_back(image.path);
  return files;
}

}  // namespace

std::vector<fs::path> files_of_source(const std::string& name) {
  if (const KnownSet* set = find_known(name)) {
    const auto folder = kept_folder(*set);
    return folder ? files_in(*folder) : std::vector<fs::path>();
  }
  const fs::path path = path_of(name);
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) return files_in(path);
  return fs::is_regular_file(path, ignored) ? std::vector{path} : std::vector<fs::path>();
}

}  // namespace hourglass

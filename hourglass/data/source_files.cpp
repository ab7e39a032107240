#include "hourglass/data/source_files.h"

#include "hourglass/data/image_files.h"
#include "hourglass/data/known.h"
#include "hourglass/data/source.h"

namespace hourglass {
namespace {

namespace fs = std::filesystem;

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
  const fs::path path =
      name == "-" ? fs::path("/dev/stdin") : split_member(name).first;  // standard input may be a file
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) return files_in(path);
  return fs::is_regular_file(path, ignored) ? std::vector{path} : std::vector<fs::path>();
}

}  // namespace hourglass

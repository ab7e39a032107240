#include "hourglass/data/image_folder.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <set>
#include <vector>

#include "hourglass/base/error.h"
#include "hourglass/base/file.h"
#include "hourglass/base/text.h"
#include "hourglass/data/formats/image.h"

namespace hourglass {
namespace {

namespace fs = std::filesystem;

constexpr size_t kLargestFile = size_t{1} << 28;
constexpr int64_t kMostValues = int64_t{1} << 34;

struct FolderContents {
  std::vector<fs::path> files, folders;  ///< ascending
};

FolderContents contents(const fs::path& folder) {
  FolderContents found;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    if (entry->path().filename().string().starts_with('.')) continue;
    std::error_code ignored;
    if (entry->is_directory(ignored)) found.folders.push_back(entry->path());
    // A dangling link is an unreadable file; a device may be endless, so it is skipped.
    const bool lost = entry->is_symlink(ignored) && !entry->exists(ignored);
    if (lost || entry->is_regular_file(ignored)) found.files.push_back(entry->path());
  }
  if (error) cannot_read(folder, error.value());
  std::ranges::sort(found.files);
  std::ranges::sort(found.folders);
  return found;
}

bool has_image_signature(const fs::path& file) {
  char bytes[8] = {};
  std::ifstream(file, std::ios::binary).read(bytes, sizeof(bytes));
  const std::string_view start(bytes, sizeof(bytes));
  return is_png(start) || is_jpeg(start);
}

/// True for the extension of an image; such a file must not be skipped if it is damaged.
bool has_image_extension(const fs::path& file) {
  std::string ending = file.extension().string();
  std::ranges::transform(ending, ending.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return ending == ".png" || ending == ".jpg" || ending == ".jpeg";
}

}  // namespace

bool is_image_file(const fs::path& file) { return has_image_extension(file) || has_image_signature(file); }

namespace {

bool holds_images(const fs::path& folder) { return std::ranges::any_of(contents(folder).files, is_image_file); }

/// Labels of sub-folders by their names.
struct Labels {
  std::vector<std::string> classes;  ///< empty: the names are the numbers

  int32_t of(const fs::path& sub_folder) const {
    const std::string name = sub_folder.filename().string();
    if (classes.empty()) return *number_from<int32_t>(name);
    const auto found = std::ranges::find(classes, name);
    if (found == classes.end())
      fail("{}: the sub-folder's name is none of the classes {}", sub_folder.string(), fmt::join(classes, ", "));
    return static_cast<int32_t>(found - classes.begin());
  }
};

/// One part of the data: images in the folder itself, or in sub-folders, whose names are the labels.
struct Part {
  fs::path folder;
  std::vector<fs::path> images;
  bool has_labels = false;
};

Part part_of(const fs::path& folder) {
  FolderContents found = contents(folder);
  Part part{folder, std::move(found.files)};
  std::erase_if(part.images, [](const fs::path& file) { return !is_image_file(file); });
  for (const fs::path& sub_folder : found.folders)
    for (const fs::path& file : contents(sub_folder).files) {
      if (!is_image_file(file)) continue;
      if (!part.has_labels && !part.images.empty())
        fail("{}: images both here and in sub-folder {}; expected either all in sub-folders (the labels) or none",
             folder.string(), sub_folder.filename().string());
      part.has_labels = true;
      part.images.push_back(file);
    }
  if (part.images.empty()) fail("{}: no images, PNG or JPEG", folder.string());
  return part;
}

/// Numbers the sub-folders of all parts together, so that a label has the same number in every part.
Labels labels_of(const std::vector<Part>& parts, const std::vector<std::string>& classes) {
  if (!classes.empty()) return {classes};
  std::set<std::string> names;
  for (const Part& part : parts)
    if (part.has_labels)
      for (const fs::path& file : part.images) names.insert(file.parent_path().filename().string());
  const auto is_number = [](const std::string& name) { return number_from<int32_t>(name).has_value(); };
  if (std::ranges::all_of(names, is_number)) return {};
  for (const std::string& name : names)
    if (first_not_utf8(name))
      fail("{}: the name of the sub-folder \"{}\" is not UTF-8", parts[0].folder.string(), name);
  return {{names.begin(), names.end()}};
}

/// The images of a part, all of one size.
struct PartImages {
  std::vector<Image> images;
  std::vector<int32_t> labels;
  bool has_colour = false;
};

Image fitted(Image image, const std::optional<ImagesConfig>& config, const std::string& file) {
  if (!config) return image;
  if (config->colour != ImageColour::automatic)
    image = with_channels(std::move(image), config->colour == ImageColour::grey ? 1 : 3);
  return config->fit == ImageFit::crop ? cropped(image, config->width, config->height, file)
                                       : resized(image, config->width, config->height);
}

PartImages read_images(const Part& part, const Labels& labels, const std::optional<ImagesConfig>& config) {
  PartImages all;
  int64_t values = 0;
  for (const fs::path& path : part.images) {
    const std::string file = path.string();
    if (part.has_labels) all.labels.push_back(labels.of(path.parent_path()));
    const Image& image =
        all.images.emplace_back(fitted(decode_image(read_file(path, kLargestFile), file), config, file));
    const Image& like = all.images.front();
    if (image.width != like.width || image.height != like.height)
      fail("{}: {} × {} pixels, but {} has {} × {}; [data] images = {{ width = {}, height = {} }} makes them equal",
           file, image.width, image.height, part.images.front().string(), like.width, like.height, like.width,
           like.height);
    all.has_colour |= image.channels == 3;
    values += static_cast<int64_t>(image.pixels.size());
    if (values > kMostValues) fail("{}: more than {} values in all", part.folder.string(), kMostValues);
  }
  return all;
}

/// Stores the pixels channels-first, in the order of samples.
Dataset dataset_of(PartImages part, int64_t channels, const std::string& name,
                   const std::vector<std::string>& classes) {
  const int64_t width = part.images[0].width, height = part.images[0].height, pixels = width * height;
  std::vector<uint8_t> values;
  values.reserve(part.images.size() * static_cast<size_t>(channels * pixels));
  for (Image& stored : part.images) {
    const Image image = with_channels(std::move(stored), channels);
    for (int64_t c = 0; c < channels; ++c)
      for (int64_t i = 0; i < pixels; ++i) values.push_back(image.pixels[static_cast<size_t>(i * channels + c)]);
  }
  return {name, {channels, height, width}, std::move(values), std::move(part.labels), {}, classes};
}

bool has_parts(const FolderContents& found) {
  return found.folders.size() == 2 && found.folders[0].filename() == "test" && found.folders[1].filename() == "train";
}

}  // namespace

bool is_image_folder(const fs::path& folder) {
  const FolderContents found = contents(folder);
  return std::ranges::any_of(found.files, is_image_file) || std::ranges::any_of(found.folders, holds_images) ||
         (has_parts(found) && is_image_folder(found.folders[1]));
}

DataSplits read_image_folder(const fs::path& folder, const std::optional<ImagesConfig>& config,
                             const std::vector<std::string>& classes) {
  const bool two = has_parts(contents(folder));
  std::vector<Part> parts = {part_of(two ? folder / "train" : folder)};
  if (two) parts.push_back(part_of(folder / "test"));
  const Labels labels = labels_of(parts, classes);
  std::vector<PartImages> images;
  for (const Part& part : parts) images.push_back(read_images(part, labels, config));
  const int64_t channels = std::ranges::any_of(images, &PartImages::has_colour) ? 3 : 1;
  const std::string name = folder.string();
  DataSplits splits{dataset_of(std::move(images[0]), channels, two ? name + " train" : name, labels.classes), {}};
  if (!two) return splits;
  splits.test = dataset_of(std::move(images[1]), channels, name + " test", labels.classes);
  if (splits.train.sample != splits.test->sample)
    fail("{}: training images are {}, test images {}", name, splits.train.sample.text(), splits.test->sample.text());
  return splits;
}

}  // namespace hourglass

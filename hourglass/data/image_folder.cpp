#include "hourglass/data/image_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <vector>

#include "hourglass/base/error.h"
#include "hourglass/base/file.h"
#include "hourglass/base/text.h"
#include "hourglass/data/formats/image.h"
#include "hourglass/data/image_files.h"

namespace hourglass {
namespace {

namespace fs = std::filesystem;

constexpr size_t kLargestFile = size_t{1} << 28;
constexpr int64_t kMostValues = int64_t{1} << 34;

/// Labels of sub-folders by their names.
struct Labels {
  std::vector<std::string> classes;  ///< empty: the names are the numbers

  int32_t of(const ImageFile& file) const {
    if (classes.empty()) return *number_from<int32_t>(file.class_name);
    const auto found = std::ranges::find(classes, file.class_name);
    if (found == classes.end())
      fail("{}: \"{}\", the name of its class, is none of the classes {}", file.path.string(), file.class_name,
           listed(classes));
    return static_cast<int32_t>(found - classes.begin());
  }
};

/// Numbers the classes of all parts together, so that a label has the same number in every part.
Labels labels_of(const std::vector<ImageFiles>& parts, const std::vector<std::string>& classes) {
  if (!classes.empty()) return {classes};
  std::set<std::string> names;
  for (const ImageFiles& part : parts)
    if (part.has_labels)
      for (const ImageFile& file : part.images) names.insert(file.class_name);
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
  int64_t transparent = 0;  ///< images with transparent pixels
};

Image fitted(Image image, const std::optional<ImagesConfig>& config, const std::string& file) {
  if (!config) return image;
  if (config->colour != ImageColour::automatic)
    image = with_channels(std::move(image), config->colour == ImageColour::grey ? 1 : 3);
  return config->fit == ImageFit::crop ? cropped(image, config->width, config->height, file)
                                       : resized(image, config->width, config->height);
}

PartImages read_images(const ImageFiles& part, const Labels& labels, const std::optional<ImagesConfig>& config) {
  PartImages all;
  int64_t values = 0;
  for (const ImageFile& image_file : part.images) {
    const std::string file = image_file.path.string();
    if (part.has_labels) all.labels.push_back(labels.of(image_file));
    Image decoded = decode_image(read_file(image_file.path, kLargestFile), file);
    all.transparent += decoded.was_transparent;
    const Image& image = all.images.emplace_back(fitted(std::move(decoded), config, file));
    const Image& like = all.images.front();
    if (image.width != like.width || image.height != like.height)
      fail("{}: {} × {} pixels, but {} has {} × {}; [data] images = {{ width = {}, height = {} }} makes them equal",
           file, image.width, image.height, part.images.front().path.string(), like.width, like.height, like.width,
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

/// The parts "train" and "test" if these are all that the folder has, otherwise the folder.
std::vector<fs::path> parts_of(const fs::path& folder) {
  std::set<std::string> names;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored))
    if (entry.is_directory(ignored) && !entry.path().filename().string().starts_with('.'))
      names.insert(entry.path().filename().string());
  if (names != std::set<std::string>{"test", "train"}) return {folder};
  return {folder / "train", folder / "test"};
}

Dataset read_part(const ImageFiles& files, PartImages images, int64_t channels, const std::string& name,
                  const std::vector<std::string>& classes) {
  std::vector<std::string> notes = files.notes;
  if (images.transparent > 0)
    notes.push_back(fmt::format("{}: {} of {} images have transparent pixels, which are blended with black",
                                files.folder.string(), images.transparent, images.images.size()));
  Dataset data = dataset_of(std::move(images), channels, name, classes);
  data.notes = std::move(notes);
  return data;
}

}  // namespace

DataSplits read_image_folder(const fs::path& folder, const std::optional<ImagesConfig>& config,
                             const std::vector<std::string>& classes) {
  std::vector<ImageFiles> parts;
  for (const fs::path& part : parts_of(folder)) parts.push_back(list_images(part));
  const Labels labels = labels_of(parts, classes);
  std::vector<PartImages> images;
  for (const ImageFiles& part : parts) images.push_back(read_images(part, labels, config));
  const int64_t channels = std::ranges::any_of(images, &PartImages::has_colour) ? 3 : 1;
  const std::string name = folder.string();
  const bool two = parts.size() == 2;
  DataSplits splits{read_part(parts[0], std::move(images[0]), channels, two ? name + " train" : name, labels.classes),
                    {}};
  if (!two) return splits;
  splits.test = read_part(parts[1], std::move(images[1]), channels, name + " test", labels.classes);
  if (splits.train.sample != splits.test->sample)
    fail("{}: training images are {}, test images {}", name, splits.train.sample.text(), splits.test->sample.text());
  return splits;
}

std::optional<ImagesConfig> common_size(const fs::path& folder) {
  constexpr int64_t kLongest = 64;
  std::vector<int64_t> widths, heights;
  for (const fs::path& part : parts_of(folder))
    for (const ImageFile& file : list_images(part).images) {
      const auto [width, height] = image_size(read_file(file.path, kLargestFile), file.path.string());
      widths.push_back(width);
      heights.push_back(height);
    }
  std::ranges::sort(widths);
  std::ranges::sort(heights);
  if (widths.front() == widths.back() && heights.front() == heights.back()) return std::nullopt;
  const int64_t width = widths[widths.size() / 2], height = heights[heights.size() / 2];
  const int64_t longest = std::max(width, height), most = std::min(longest, kLongest);
  const auto reduced = [&](int64_t side) { return std::max<int64_t>(1, (side * most + longest / 2) / longest); };
  return ImagesConfig{.width = reduced(width), .height = reduced(height)};
}

}  // namespace hourglass

#include "hourglass/data/image_folder.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <charconv>
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
  if (error) fail("{}: cannot read: {}", folder.string(), error.message());
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

bool is_image_file(const fs::path& file) { return has_image_extension(file) || has_image_signature(file); }

bool holds_images(const fs::path& folder) { return std::ranges::any_of(contents(folder).files, is_image_file); }

std::optional<int32_t> number_in_name(const std::string& name) {
  int32_t number;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  const bool whole = error == std::errc() && end == name.data() + name.size();
  return whole ? std::optional(number) : std::nullopt;
}

/// Labels of sub-folders by their names.
struct Labels {
  std::vector<std::string> classes;  ///< empty: the names are the numbers

  int32_t of(const fs::path& sub_folder) const {
    const std::string name = sub_folder.filename().string();
    if (classes.empty()) return *number_in_name(name);
    const auto found = std::ranges::find(classes, name);
    if (found == classes.end())
      fail("{}: the sub-folder's name is none of the classes {}", sub_folder.string(), fmt::join(classes, ", "));
    return static_cast<int32_t>(found - classes.begin());
  }
};

/// One part of the data: images in the folder itself, or in sub-folders.
struct Part {
  fs::path path;
  std::vector<fs::path> files, classes;
};

Part part_of(const fs::path& folder) {
  const FolderContents found = contents(folder);
  Part part{folder, {}, {}};
  std::ranges::copy_if(found.files, std::back_inserter(part.files), is_image_file);
  std::ranges::copy_if(found.folders, std::back_inserter(part.classes), holds_images);
  if (!part.classes.empty() && !part.files.empty())
    fail("{}: images beside the sub-folder {} of images; which label would they have?", folder.string(),
         part.classes[0].filename().string());
  return part;
}

/// Numbers the sub-folders of all parts together, so that a label has the same number in every part.
Labels labels_of(const std::vector<Part>& parts, const std::vector<std::string>& classes) {
  if (!classes.empty()) return {classes};
  std::set<std::string> names;
  for (const Part& part : parts)
    for (const fs::path& sub_folder : part.classes) names.insert(sub_folder.filename().string());
  const auto is_number = [](const std::string& name) { return number_in_name(name).has_value(); };
  if (std::ranges::all_of(names, is_number)) return {};
  for (const std::string& name : names)
    if (first_not_utf8(name)) fail("{}: the name of the sub-folder \"{}\" is not UTF-8", parts[0].path.string(), name);
  return {{names.begin(), names.end()}};
}

/// Collects the images of one part and converts them to one shape.
class Collector {
 public:
  Collector(const std::optional<ImagesConfig>& images, std::string name) : config_(images), name_(std::move(name)) {}

  void add(const fs::path& file, std::optional<int32_t> label) {
    Image image = fitted(decode_image(read_file(file, kLargestFile), file.string()), file.string());
    if (images_.empty()) first_ = file.string();
    const Image& like = images_.empty() ? image : images_[0];
    if (image.width != like.width || image.height != like.height)
      fail("{}: {} × {} pixels, but {} has {} × {}; [data] images = {{ width = {}, height = {} }} makes them equal",
           file.string(), image.width, image.height, first_, like.width, like.height, like.width, like.height);
    colour_ |= image.channels == 3;
    values_ += static_cast<int64_t>(image.pixels.size());
    if (values_ > kMostValues) fail("{}: more than {} values in all", name_, kMostValues);
    images_.push_back(std::move(image));
    if (label) labels_.push_back(*label);
  }

  bool empty() const { return images_.empty(); }
  bool has_colour() const { return colour_; }

  /// Stores the pixels channels-first, in the order of samples.
  Dataset dataset(int64_t channels) {
    const int64_t width = images_[0].width, height = images_[0].height, pixels = width * height;
    std::vector<uint8_t> values;
    values.reserve(images_.size() * static_cast<size_t>(channels * pixels));
    for (Image& stored : images_) {
      const Image image = with_channels(std::move(stored), channels);
      for (int64_t c = 0; c < channels; ++c)
        for (int64_t i = 0; i < pixels; ++i) values.push_back(image.pixels[static_cast<size_t>(i * channels + c)]);
    }
    return {name_, {channels, height, width}, std::move(values), std::move(labels_)};
  }

 private:
  Image fitted(Image image, const std::string& file) const {
    if (!config_) return image;
    if (config_->colour != ImageColour::automatic)
      image = with_channels(std::move(image), config_->colour == ImageColour::grey ? 1 : 3);
    return config_->fit == ImageFit::crop ? cropped(image, config_->width, config_->height, file)
                                          : resized(image, config_->width, config_->height);
  }

  const std::optional<ImagesConfig>& config_;
  std::string name_, first_;
  std::vector<Image> images_;
  std::vector<int32_t> labels_;
  int64_t values_ = 0;
  bool colour_ = false;
};

void add_part(Collector& collector, const Part& part, const Labels& labels) {
  for (const fs::path& file : part.files) collector.add(file, std::nullopt);
  for (const fs::path& sub_folder : part.classes)
    for (const fs::path& file : contents(sub_folder).files)
      if (is_image_file(file)) collector.add(file, labels.of(sub_folder));
  if (collector.empty()) fail("{}: no images, PNG or JPEG", part.path.string());
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

DataSplits read_image_folder(const fs::path& folder, const std::optional<ImagesConfig>& images,
                             const std::vector<std::string>& classes) {
  const bool two = has_parts(contents(folder));
  std::vector<Part> parts = {part_of(two ? folder / "train" : folder)};
  if (two) parts.push_back(part_of(folder / "test"));
  const Labels labels = labels_of(parts, classes);
  Collector train(images, folder.string() + (two ? " train" : "")), test(images, folder.string() + " test");
  add_part(train, parts[0], labels);
  if (two) add_part(test, parts[1], labels);
  const int64_t channels = train.has_colour() || test.has_colour() ? 3 : 1;
  DataSplits splits{train.dataset(channels), std::nullopt};
  splits.train.classes = labels.classes;
  if (!two) return splits;
  splits.test = test.dataset(channels);
  splits.test->classes = labels.classes;
  if (splits.train.sample != splits.test->sample)
    fail("{}: training images are {}, test images {}", folder.string(), splits.train.sample.text(),
         splits.test->sample.text());
  return splits;
}

}  // namespace hourglass
